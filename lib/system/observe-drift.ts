import { parseNewFiles } from '../formats/find-new.ts';
import { keyName, parseInstalled } from '../formats/rpm-packages.ts';
import { parseUpgradeReport } from '../formats/upgrade-report.ts';
import type { DriftFacts, PackageDrift, ThreeTrees } from '../model/drift.ts';
import type { Subvolume } from '../model/observation.ts';
import { comparePackages } from '../model/package.ts';
import { etcBefore, evidencePlace } from '../model/upgrade.ts';
import { inSubvolume } from './btrfs.ts';
import { readEvidence } from './evidence.ts';
import { pathOf, stat } from './files.ts';
import { linkAbove, type Root } from './inside.ts';
import { mergeText } from './merge-text.ts';
import { readPackages } from './packages.ts';
import { digest, readTree } from './read-tree.ts';
import { run } from './run.ts';
import type { Session } from './session.ts';

/** The two systems that `observeDrift` compares. */
export interface DriftRequest {
  readonly source: Root;
  readonly copy: Subvolume;
  /** The paths of the files that be-hook has to try to merge. */
  readonly askToMerge: (trees: ThreeTrees) => readonly string[];
}

/**
 * Reads how a system changed since a copy of it was made, and reads the copy. Undefined where the copy has no record of
 * the state of its source. `readPackages` reads the packages.
 */
export async function observeDrift(session: Session, request: DriftRequest): Promise<DriftFacts | undefined> {
  const { source, copy } = request;
  const { top } = session;
  const report = readEvidence(session, copy.path, 'report');
  const before = `${copy.path}${etcBefore}`;
  if (report === undefined || parseUpgradeReport(report, copy.uuid) === undefined) return undefined;
  if (linkAbove(top, `${before}/.`) !== undefined || stat(pathOf(top, before))?.kind !== 'directory') return undefined;
  const places = [before, `${source.path}/etc`, `${copy.path}/etc`].map((path) => pathOf(top, path.replace(/^\//, '')));
  const [base, now, own] = places as [string, string, string];
  const trees = { base: await readTree(base), source: await readTree(now), copy: await readTree(own) };
  const merged = new Map<string, string>();
  for (const path of request.askToMerge(trees)) {
    const text = await mergeText(`${base}/${path}`, `${now}/${path}`, `${own}/${path}`);
    if (text !== undefined) merged.set(path, digest(text));
  }
  const packages = await observePackages(session, request);
  return { ...trees, merged, packages, usr: await observeUsr(session, request) };
}

async function observePackages(session: Session, { source, copy }: DriftRequest): Promise<PackageDrift | undefined> {
  const before = parseInstalled(readEvidence(session, copy.path, 'packages-before') ?? '');
  if (before.length === 0) return undefined;
  const facts = await readPackages(session, source);
  if (facts.kind === 'unknown') return facts;
  const now = facts.packages.filter(({ name }) => name !== keyName);
  return { kind: 'known', ...comparePackages(before, now) };
}

/** The directory of rpm's database and of other records of packages. */
const databases = `${evidencePlace.slice(1, evidencePlace.lastIndexOf('/'))}/`;

/**
 * btrfs makes a snapshot in the commit of the snapshot's own generation. That commit also contains everything written to
 * the source before (measured). So the changes begin with the next generation.
 */
async function observeUsr({ top }: Session, { source, copy }: DriftRequest): Promise<readonly string[]> {
  const { stdout } = await inSubvolume(top, source.path, ({ path }) =>
    run('btrfs', ['subvolume', 'find-new', path, String(copy.generation + 1)], { seconds: 300 }),
  );
  return parseNewFiles(stdout).flatMap((path) => {
    return path.startsWith('usr/') && !path.startsWith(databases) ? [`/${path}`] : [];
  });
}
