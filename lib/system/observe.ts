import type { NamedSubvolumes } from '../formats/fstab-subvolume.ts';
import type { Attribute, Observation, RootFacts, Subvolume, ToolFacts } from '../model/observation.ts';
import type { Place } from '../model/place.ts';
import { store } from '../model/store.ts';
import {
  activeAttribute,
  attributePrefix,
  incompleteAttribute,
  markAttribute,
  markedForDeletionAttribute,
} from './attributes.ts';
import { subvolumeInode } from './btrfs.ts';
import { readDigests } from './digests.ts';
import { listNames, pathOf, stat } from './files.ts';
import { listSubvolumes, type SubvolumeFacts } from './list-subvolumes.ts';
import { loaderSystemOf } from './loaders/index.ts';
import { sourcesOf, subvolumeMounts } from './mounts.ts';
import { readNeedsSync } from './needs-sync.ts';
import { type ObservedBoot, observeBootFilesystem } from './observe-boot-filesystem.ts';
import { observeEspEntries, observeFirmware, observeLoaderInfo } from './observe-loader.ts';
import { observeRoot } from './observe-root.ts';
import { findPreallocated } from './preallocated.ts';
import { spaceOf } from './probe.ts';
import type { Session } from './session.ts';
import { observeSwapFiles } from './swap.ts';
import { observeUses } from './uses.ts';
import { readAttributes } from './xattrs.ts';

/** Facts to observe in addition to the facts that every planner needs. */
export interface ObserveOptions {
  /** Chooses, from the list of all subvolumes, unmarked ones to read as roots. */
  readonly candidates?: (listing: Listing) => readonly string[];
  /** Subvolumes to read as the /boot of roots, whatever their fstabs say: the paths, by the paths of the roots. */
  readonly bootVolumes?: Readonly<Record<string, string>>;
  /** Whether to read the facts that a one-shot request needs. */
  readonly oneShot?: boolean;
  /** When to search the machine for uses of subvolumes: always, or only if an interrupted run left unfinished work. */
  readonly uses?: 'always' | 'unfinished-work';
  /** Chooses, from all other facts, the files whose digests to compute. */
  readonly digests?: (facts: Observation) => readonly Place[];
}

/** The facts that are known before be-hook reads any root. */
export interface Listing {
  readonly subvolumes: readonly Subvolume[];
  readonly attributes: readonly Attribute[];
}

/** Reads all facts that the planners need, once. It makes no decisions. */
export async function observe(session: Session, options: ObserveOptions = {}): Promise<Observation> {
  const opened = session.opened.boot;
  const boot = opened === undefined ? undefined : await observeBootFilesystem(opened, loaderSystemOf(opened));
  try {
    const facts = await observeAll(session, options, boot);
    const places = options.digests?.(facts) ?? [];
    return places.length === 0 ? facts : { ...facts, digests: readDigests(session, places) };
  } finally {
    boot?.held.close();
  }
}

async function observeAll(
  session: Session,
  options: ObserveOptions,
  boot: ObservedBoot | undefined,
): Promise<Observation> {
  const { top, filesystem } = session;
  const { subvolumes, ambiguous, readOnly, defaultId } = await listAll(session);
  const storeEntries = observeStore(top);
  // Another process reads the attributes. Meanwhile this process reads the other facts.
  const reading = observeAttributes(top, [...subvolumes.map(({ path }) => path), ...storeEntries]);
  // If reading the other facts fails, be-hook reports that error.
  reading.catch(() => undefined);
  const mounts = subvolumeMounts(filesystem, session.mounts, subvolumes);
  const runningSubvolume = mounts.find(({ mountpoint }) => mountpoint === '/')?.subvolume;
  const defaultPath = subvolumes.find(({ id }) => id === defaultId)?.path ?? '';
  const tools = observeTools(session, runningSubvolume !== undefined, defaultPath);
  const swapFiles = observeSwapFiles(top, subvolumes);
  const facts = { runningSubvolume, defaultSubvolume: defaultId, mounts, sources: sourcesOf(filesystem) };
  const attributes = await reading;
  const candidates = [...listSystems(top, defaultPath), ...(options.candidates?.({ subvolumes, attributes }) ?? [])];
  const { bootVolumes = {} } = options;
  const request = { subvolumes, attributes, readOnly, runningSubvolume, tools, candidates, boot, bootVolumes };
  const roots = await observeRoots(session, { ...request, named: { filesystem: facts, subvolumes } });
  const active = attributes.find(({ path, name }) => path === '' && attributePrefix + name === activeAttribute);
  return {
    filesystem: { ...facts, uuid: filesystem.uuid, ...spaceOf(top) },
    subvolumes,
    ambiguous,
    roots: await findPreallocated(top, roots),
    active: active?.value,
    attributes: attributes.filter(({ name }) => ![markAttribute, activeAttribute].includes(attributePrefix + name)),
    readOnly: [...readOnly],
    store: storeEntries,
    exposed: [store, ...storeEntries].filter((path) => isExposed(pathOf(top, path))),
    oneShot: await loaderSystemOf(session.opened.boot).observeOneShot(session.mounts, options.oneShot === true),
    swapFiles,
    uses: isAsked(options, attributes) ? await observeUses(session, subvolumes) : undefined,
    tools,
    boot: boot?.facts,
    digests: {},
  };
}

/** The default subvolume, if it is the root of a system: that system may be the one that boots next. */
function listSystems(top: string, path: string): readonly string[] {
  const files = ['etc/os-release', 'usr/lib/os-release'].map((file) => stat(pathOf(top, `${path}/${file}`)));
  return path === '' || files.every((found) => found === undefined) ? [] : [path];
}

function isAsked({ uses }: ObserveOptions, attributes: readonly Attribute[]): boolean {
  const left = [incompleteAttribute, markedForDeletionAttribute];
  return (
    uses === 'always' ||
    (uses === 'unfinished-work' && attributes.some(({ name }) => left.includes(attributePrefix + name)))
  );
}

interface RootsRequest extends Listing {
  readonly readOnly: ReadonlySet<number>;
  readonly runningSubvolume: number | undefined;
  readonly tools: ToolFacts;
  readonly candidates: readonly string[];
  readonly boot: ObservedBoot | undefined;
  readonly bootVolumes: Readonly<Record<string, string>>;
  readonly named: NamedSubvolumes<Subvolume>;
}

async function observeRoots(session: Session, request: RootsRequest): Promise<readonly RootFacts[]> {
  const { subvolumes, attributes, readOnly, runningSubvolume, tools, candidates, boot, bootVolumes, named } = request;
  const marks = new Map(
    attributes.flatMap(({ path, name, value }) => (attributePrefix + name === markAttribute ? [[path, value]] : [])),
  );
  const roots: RootFacts[] = [];
  for (const subvolume of subvolumes) {
    const mark = marks.get(subvolume.path);
    const running = subvolume.id === runningSubvolume;
    // A read-only snapshot has the mark of its source, but it is not an environment. There may be many such snapshots.
    const offers = mark !== undefined && (mark.includes(subvolume.uuid) || !readOnly.has(subvolume.id));
    if (!offers && !running && !candidates.includes(subvolume.path)) continue;
    const known = { subvolume, mark, running, readOnly: readOnly.has(subvolume.id), machine: tools.loaderFacts };
    const bootVolume = subvolumes.find(({ path }) => path === bootVolumes[subvolume.path]);
    roots.push(await observeRoot({ session, ...known, boot, named, bootVolume }));
  }
  return roots;
}

async function listAll(session: Session): Promise<SubvolumeFacts> {
  const listing = await listSubvolumes(session);
  // The top level is a subvolume too, but `list` leaves it out. It has a fixed id. The file system's uuid identifies it.
  const top = { id: 5, uuid: session.filesystem.uuid, parentUuid: undefined, path: '', generation: 0 };
  return { ...listing, subvolumes: [top, ...listing.subvolumes] };
}

/**
 * The directories of the store, also those without their final name. It leaves out subvolumes with names that begin with
 * a full stop: they hold the downloads of package managers, and are never unfinished work.
 */
function observeStore(top: string): readonly string[] {
  return listNames(pathOf(top, store))
    .map((name) => `${store}/${name}`)
    .filter((path) => {
      const found = stat(pathOf(top, path));
      return found?.kind === 'directory' && !(path.startsWith(`${store}/.`) && found.inode === subvolumeInode);
    });
}

function isExposed(path: string): boolean {
  const found = stat(path);
  return found?.kind === 'directory' && (found.uid !== 0 || (found.mode & 0o077) !== 0);
}

async function observeAttributes(top: string, paths: readonly string[]): Promise<readonly Attribute[]> {
  const byPath = await readAttributes(
    [...new Set(paths)].map((path) => pathOf(top, path)),
    attributePrefix,
  );
  return paths.flatMap((path) =>
    [...(byPath.get(pathOf(top, path)) ?? [])].map(([name, value]) => ({
      path,
      name: name.slice(attributePrefix.length),
      value,
    })),
  );
}

function observeTools({ opened, mounts }: Session, runs: boolean, defaultPath: string): ToolFacts {
  return {
    firmware: runs ? observeFirmware() : 'unknown',
    loaderFacts: loaderSystemOf(opened.boot).observeMachine(runs, defaultPath),
    loaderInfo: runs ? observeLoaderInfo() : undefined,
    espEntries: runs ? observeEspEntries(mounts) : [],
    needsSync: runs ? readNeedsSync() : undefined,
  };
}
