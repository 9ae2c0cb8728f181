import { mountsAtBoot } from '../../formats/fstab-subvolume.ts';
import type { KernelRecord, RecordedFile } from '../../model/kernel-record.ts';
import type { Observation, RootFacts } from '../../model/observation.ts';
import { isProblem } from '../../model/problem.ts';
import { readFstab } from './file-text.ts';
import { listRecords } from './kernel-records.ts';

/** What all roots and records of a file system say about kernels on a separate /boot. */
export interface KernelIndex {
  readonly records: ReadonlyMap<string, KernelRecord>;
  /** The paths of the roots that have the modules of each release, and of the subvolumes whose records have the release. */
  readonly holders: ReadonlyMap<string, ReadonlySet<string>>;
  /** The digests of recorded contents by their stamps, for each key of `contentKey`; undefined for an unknown one. */
  readonly contents: ReadonlyMap<string, ReadonlyMap<string, string | undefined>>;
  /** The recorded sizes of the contents with each digest. */
  readonly sizes: ReadonlyMap<string, ReadonlySet<number>>;
  /** The command lines that are recorded for each release, and the paths of the subvolumes. */
  readonly options: ReadonlyMap<string, readonly { readonly path: string; readonly options: string }[]>;
}

/** The two files of a kernel in a record. */
export type FileKey = 'image' | 'initrd';

/** Identifies a file of a release in `KernelIndex.contents`. */
export function contentKey(key: FileKey, release: string): string {
  return `${key} ${release}`;
}

/** Whether a root mounts the separate /boot that was observed. */
export function mountsBoot(root: RootFacts, { boot }: Pick<Observation, 'boot'>): boolean {
  const fstab = readFstab(root);
  return boot !== undefined && !isProblem(fstab) && mountsAtBoot(fstab, boot);
}

// Each root asks for the same index, and there may be thousands of roots.
const indexes = new WeakMap<Observation, KernelIndex>();

/** The index of an observation. */
export function kernelIndexOf(observation: Observation): KernelIndex {
  const known = indexes.get(observation);
  if (known !== undefined) return known;
  const index = makeIndex(observation);
  indexes.set(observation, index);
  return index;
}

function makeIndex(observation: Observation): KernelIndex {
  const records = listRecords(observation);
  const holders = new Map<string, Set<string>>();
  const contents = new Map<string, Map<string, string | undefined>>();
  const sizes = new Map<string, Set<number>>();
  const options = new Map<string, { path: string; options: string }[]>();
  const addFile = (key: string, { stamp, digest, size, foreign }: RecordedFile): void => {
    const known = getOrMake(contents, key, () => new Map<string, string | undefined>());
    if (stamp !== undefined) known.set(stamp, digest ?? known.get(stamp));
    // The file was there while another root ran, so the root that runs now has not changed it since.
    if (foreign !== undefined) known.set(foreign, known.get(foreign));
    if (digest !== undefined) getOrMake(sizes, digest, () => new Set<number>()).add(size);
  };
  for (const root of observation.roots.filter((candidate) => isHolder(candidate, observation)))
    for (const release of root.moduleReleases) getOrMake(holders, release, newSet).add(root.subvolume.path);
  for (const [path, { kernels }] of records) {
    for (const [release, kernel] of Object.entries(kernels)) {
      getOrMake(holders, release, newSet).add(path);
      if (kernel.options !== undefined) getOrMake(options, release, newList).push({ path, options: kernel.options });
      if (kernel.image !== undefined) addFile(contentKey('image', release), kernel.image);
      if (kernel.initrd !== undefined) addFile(contentKey('initrd', release), kernel.initrd);
    }
  }
  return { records, holders, contents, sizes, options };
}

/** Whether a root counts: a boot environment that mounts the separate /boot. */
function isHolder(root: RootFacts, observation: Observation): boolean {
  const runs = root.subvolume.id === observation.filesystem.runningSubvolume;
  return (root.mark !== undefined || runs) && mountsBoot(root, observation);
}

function newSet(): Set<string> {
  return new Set();
}

function newList(): { path: string; options: string }[] {
  return [];
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
