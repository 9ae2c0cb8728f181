import type { DriftFacts, EtcDrift, ThreeTrees, Tree, TreeEntry } from '../model/drift.ts';
import type { RootFacts } from '../model/observation.ts';
import { compareText } from '../model/version-order.ts';
import type { Loader } from './loader.ts';
import { isSameEntry, type Merged, mergeEntry, type ThreeEntries } from './merge-entry.ts';
import type { FileRole } from './path-map.ts';
import { filesOf } from './root-paths.ts';

/** A path below /etc that the source changed, and the decision about the copy's version. */
export interface EtcDecision extends EtcDrift, ThreeEntries {
  /** Its path from /etc. */
  readonly key: string;
  readonly merged: Merged;
}

/**
 * Files that identify the system itself, in addition to those that be-hook edits when it makes a copy (retarget-root).
 */
const ofTheSystem: readonly string[] = ['fstab', 'kernel/cmdline', 'kernel/entry-token'];

/** The files below /etc that be-hook edits when it makes a copy. */
const retargetedRoles: readonly FileRole[] = ['fstab', 'commandLine', 'loaderSettings', 'blsEntry'];

/**
 * Files that package managers and their tools generate from their own databases: update-alternatives(8), ldconfig(8),
 * dnf's modules (dnf.modularity(7)), libzypp's products, systemd-hwdb(8), update-ca-trust(8).
 */
const generatedFiles: readonly string[] = [
  'alternatives',
  'ld.so.cache',
  'dnf/modules.d',
  'products.d',
  'udev/hwdb.bin',
  'pki/ca-trust/extracted',
];

/**
 * The paths below /etc whose content both sides changed, in different ways. The machine has to try whether it can merge
 * them.
 */
export function askToMerge({ base, source, copy }: ThreeTrees): readonly string[] {
  return [...source].flatMap(([path, { kind, content }]) => {
    const versions = [base.get(path), copy.get(path)];
    const isMerge = versions.every(
      (candidate) => candidate?.kind === 'file' && kind === 'file' && candidate.content !== content,
    );
    return isMerge && versions[0]?.content !== versions[1]?.content ? [path] : [];
  });
}

/** The source's changes below /etc, and the decision about each in the copy with these facts. */
export function decideEtc(
  facts: Omit<DriftFacts, 'packages' | 'usr'>,
  root: RootFacts,
  loader: Loader,
): readonly EtcDecision[] {
  const { base, source, copy, merged } = facts;
  const own = ownPaths(root, loader);
  // The directories of the copy. be-hook can put files only into these.
  const directories = new Set(['', ...[...copy].flatMap(([path, { kind }]) => (kind === 'directory' ? [path] : []))]);
  return pathsOf(base, source).flatMap((key): readonly EtcDecision[] => {
    const three = { base: base.get(key), source: source.get(key), copy: copy.get(key) };
    if (isSameEntry(three.base, three.source)) return [];
    const isOwn = own.some((candidate) => key === candidate || key.startsWith(`${candidate}/`));
    const wanted = mergeEntry(three, merged.get(key));
    const isPlace = directories.has(key.slice(0, Math.max(0, key.lastIndexOf('/'))));
    const possible = isPlace || three.source === undefined ? wanted : leave(three.copy);
    if (!isOwn && possible.entry?.kind === 'directory') directories.add(key);
    const outcome = isOwn ? 'own' : possible.outcome;
    return [{ ...three, key, path: `/etc/${key}`, change: changeOf(three), outcome, merged: possible }];
  });
}

/** Every path in any of the trees. Directories come before their contents. */
function pathsOf(...trees: readonly Tree[]): readonly string[] {
  return [...new Set(trees.flatMap((tree) => [...tree.keys()]))].sort(compareText);
}

function leave(entry: TreeEntry | undefined): Merged {
  return { outcome: 'conflict', entry, content: 'copy', attributes: 'copy', beside: false };
}

function changeOf({ base, source }: ThreeEntries): EtcDrift['change'] {
  if (base === undefined) return 'added';
  return source === undefined ? 'removed' : 'changed';
}

function ownPaths(root: RootFacts, loader: Loader): readonly string[] {
  const { path } = root.subvolume;
  const prefix = path === '' ? 'etc/' : `${path}/etc/`;
  const written = filesOf(root, retargetedRoles, loader).map((file) => file.path);
  const below = written.flatMap((candidate) => (candidate.startsWith(prefix) ? [candidate.slice(prefix.length)] : []));
  return [...ofTheSystem, ...loader.systemFiles, ...generatedFiles, ...below];
}
