import type { FileDifference } from '../model/difference.ts';
import { comparePackages, type PackageChanges } from '../model/package.ts';
import { type Place, printPlace, shownPath } from '../model/place.ts';
import { BeHookError, isProblem, type Problem } from '../model/problem.ts';
import type { Where } from '../model/where.ts';
import {
  type DiffIntent,
  type DiffSide,
  diffSides,
  findSides,
  listKernelFiles,
  type SidesDifference,
} from '../plan/diff.ts';
import { snapshotPaths } from '../plan/find-source.ts';
import { compareTrees } from '../system/compare-trees.ts';
import { readDigests } from '../system/digests.ts';
import { pathOf } from '../system/files.ts';
import { type Resolved, type Root, resolveInside } from '../system/inside.ts';
import { readPackages } from '../system/packages.ts';
import { inSession } from './in-session.ts';
import { mountedRoot } from './mounted-root.ts';
import { observeWorld } from './observe-world.ts';

/** The two sides of a comparison, and the files that it compares. */
export interface DiffRequest extends DiffIntent {
  /** `etc`: the files below /etc. `all`: all files of the root subvolume. */
  readonly files: 'etc' | 'all';
  /** Gets, now and then, the number of files that it has looked at so far. */
  readonly progress: (files: number) => void;
}

/** The differences between two boot environments or snapshots. */
export interface Diff extends SidesDifference {
  /** Undefined if the packages of one side are unknown. */
  readonly packages: PackageChanges | undefined;
  readonly files: FileDifference;
  /** Why parts of the two sides could not be compared. */
  readonly problems: readonly Problem[];
}

/** Compares two boot environments or snapshots. Changes nothing. Throws a refusal, and what `inspect` throws. */
export async function diff(where: Where | undefined, request: DiffRequest): Promise<Diff> {
  return inSession({ where, lockSeconds: 0 }, 'read', async (session) => {
    const { from, to } = request;
    const world = await observeWorld(session, {
      candidates: (listing) => [from, to].flatMap(({ snapshot }) => snapshotPaths(listing, snapshot)),
    });
    const sides = findSides(world, request);
    if (isProblem(sides)) throw new BeHookError(sides);
    const roots = {
      from: mountedRoot(session, world.observation, sides.from.mountable),
      to: mountedRoot(session, world.observation, sides.to.mountable),
    };
    const [one, other] = await Promise.all([readPackages(session, roots.from), readPackages(session, roots.to)]);
    const places = listKernelFiles(sides.from, sides.to);
    const digests = readDigests(session, places);
    const known = one.kind === 'known' && other.kind === 'known';
    const files = compareFiles(roots.from, roots.to, request);
    return {
      ...diffSides(sides.from, sides.to, digests),
      packages: known ? comparePackages(one.packages, other.packages) : undefined,
      files,
      problems: [
        ...sides.from.mountable.warnings,
        ...sides.to.mountable.warnings,
        ...unknown(sides.from, one),
        ...unknown(sides.to, other),
        ...places.filter((place) => digests[printPlace(place)] === undefined).map(unreadable),
        ...files.unreadable.map(({ path, why }): Problem => ({ code: 'file-unreadable', path: path.slice(1), why })),
      ],
    };
  });
}

function unknown({ mountable }: DiffSide, facts: Awaited<ReturnType<typeof readPackages>>): readonly Problem[] {
  return facts.kind === 'known' ? [] : [{ code: 'packages-unknown', name: mountable.name, why: facts.why }];
}

function unreadable(place: Place): Problem {
  return {
    code: 'file-unreadable',
    path: shownPath(place),
    why: 'it is no regular file, or another program changed it',
  };
}

/** Without a readable /etc on one side, every file of the other side would seem added or removed. */
function compareFiles(from: Root, to: Root, { files, progress }: DiffRequest): FileDifference {
  if (files === 'all') {
    const top = (root: Root): string => pathOf(root.top, root.path);
    return compareTrees({ from: top(from), to: top(to), shown: '' }, { contents: 'when-times-differ', progress });
  }
  const [one, other] = [resolveInside(from, 'etc'), resolveInside(to, 'etc')];
  const why = 'it is a link to a missing file in its system, or an empty placeholder of a subvolume';
  const unreadable = [one, other].flatMap(({ kind, path }) => (kind === 'fault' ? [{ path: `/${path}`, why }] : []));
  if (unreadable.length > 0) return { added: [], removed: [], changed: [], unreadable };
  const place = (root: Root, etc: Resolved): string | undefined =>
    etc.kind === 'found' && etc.stat.kind === 'directory' ? pathOf(root.top, etc.path) : undefined;
  const trees = { from: place(from, one), to: place(to, other), shown: '/etc' };
  return compareTrees(trees, { contents: 'always', progress });
}
