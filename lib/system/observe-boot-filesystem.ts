import { keptDirectory } from '../model/kernel-record.ts';
import type { BootFile, BootFilesystemFacts, FileText, StampedFile } from '../model/observation.ts';
import { type HeldDirectories, holdDirectories } from './beneath.ts';
import { namesOf } from './device-names.ts';
import { observeEntryKernels, ownEntries, readEntries } from './entry-kernels.ts';
import { readText, stat } from './files.ts';
import { listInside, type Root, resolveInside } from './inside.ts';
import type { LoaderSystem } from './loaders/loader-system.ts';
import type { OpenFilesystem } from './mounts.ts';
import { observeFile } from './observe-boot.ts';
import { findPreallocatedFiles } from './preallocated.ts';
import { spaceOf } from './probe.ts';
import { awaitDistinctTimes, stampOf } from './stamp.ts';

/** A separate /boot whose facts have been read. All roots that mount it share these facts. */
export interface ObservedBoot {
  readonly facts: BootFilesystemFacts;
  /** Its top, to read more files in it. */
  readonly root: Root;
  readonly blsEntries: readonly FileText[];
  readonly held: HeldDirectories;
}

/** Reads a separate /boot. The caller closes `held`. */
export async function observeBootFilesystem(
  opened: OpenFilesystem,
  { entriesNameKernels }: LoaderSystem,
): Promise<ObservedBoot> {
  const { top, type, source, alsoNamed = [] } = opened;
  const held = holdDirectories(top);
  try {
    const root: Root = { top, path: '', on: 'boot', type, seen: new Map(), held };
    const names = await namesOf(source);
    const entries = readEntries(root, 'loader/entries');
    const blsEntries = entriesNameKernels ? ownEntries(entries, readTokens()) : entries;
    const named = entriesNameKernels ? observeEntryKernels(root, '', blsEntries) : [];
    const shared = [...observeFiles(root, ''), ...named];
    const files = await findPreallocatedFiles(top, [...shared, ...observeFiles(root, keptDirectory)]);
    const paths = shared.map(({ target }) => `${top}/${target}`);
    await awaitDistinctTimes(paths, type);
    const stamped = files.map((file): StampedFile => ({ ...file, stamp: stampOf(`${top}/${file.target}`, type) }));
    const isKept = ({ path }: BootFile): boolean => path.startsWith(`${keptDirectory}/`);
    const facts: BootFilesystemFacts = {
      uuid: names.uuid,
      sources: [...names.sources, ...alsoNamed],
      type,
      ...spaceOf(top),
      unsafe: findUnsafe(top),
      files: stamped.filter((file) => !isKept(file)),
      foreign: [],
      kept: stamped.filter(isKept),
    };
    return { facts, root, blsEntries, held };
  } catch (error) {
    held.close();
    throw error;
  }
}

/** The tokens of the running system, by which kernel-install names its entries (kernel-install(8), "ENTRY-TOKEN"). */
function readTokens(): readonly string[] {
  return ['/etc/kernel/entry-token', '/etc/machine-id'].flatMap((path) => {
    const text = stat(path)?.kind === 'file' ? readText(path).trim() : '';
    return text === '' ? [] : [text];
  });
}

/** The files in a directory of a file system that has no roots. */
export function observeFiles(root: Root, directory: string): readonly BootFile[] {
  const found = resolveInside(root, directory);
  if (found.kind !== 'found' || found.stat.kind !== 'directory') return [];
  return listInside(root, directory, /(?:)/).flatMap(
    (path) => observeFile(root, directory, path.split('/').at(-1) ?? '') ?? [],
  );
}

/** How users other than root could change the files that be-hook keeps, or put other files in their place. */
function findUnsafe(top: string): string | undefined {
  for (const [path, shown] of [
    [top, '/boot'],
    [`${top}/${keptDirectory}`, `/boot/${keptDirectory}`],
  ] as const) {
    const found = stat(path);
    if (found === undefined) continue;
    // Linux gives every symbolic link the mode 777.
    if (found.kind === 'symlink') return `${shown} is a symbolic link`;
    if (found.uid !== 0) return `${shown} belongs to the user with id ${found.uid}`;
    if ((found.mode & 0o022) !== 0) return `users other than root can write to ${shown}`;
  }
  return undefined;
}
