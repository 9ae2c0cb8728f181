import type { FileText, LoaderMachineFacts, RootFacts, Subvolume } from '../model/observation.ts';
import { holdDirectories } from './beneath.ts';
import { stat } from './files.ts';
import { fromTop, listInside, type Root, readInside, resolveInside } from './inside.ts';
import { loaderSystem } from './loaders/index.ts';
import { observeBoot, observeModules } from './observe-boot.ts';
import { observeInit } from './observe-init.ts';
import { observeLoaderSetting } from './observe-loader.ts';
import type { Session } from './session.ts';

/** The root to read, and the facts about it that are already known. */
export interface RootRequest {
  readonly session: Session;
  readonly subvolume: Subvolume;
  readonly mark: string | undefined;
  readonly running: boolean;
  readonly readOnly: boolean;
  /** What the observer of the boot loader read on the machine. */
  readonly machine: LoaderMachineFacts;
}

/** Reads one root. Every path is resolved inside the root. */
export async function observeRoot(request: RootRequest): Promise<RootFacts> {
  const { session, subvolume } = request;
  const held = holdDirectories(session.top);
  try {
    return await readRoot({ top: session.top, path: subvolume.path, seen: new Map(), held }, request);
  } finally {
    held.close();
  }
}

async function readRoot(
  root: Root,
  { session, subvolume, mark, running, readOnly, machine }: RootRequest,
): Promise<RootFacts> {
  const here = `${root.top}/${root.path}`;
  const modules = observeModules(root);
  const commandLines = readCommandLines(root);
  const loaderFacts = await loaderSystem.observeRoot(root, machine);
  const bootMount = running ? session.mounts.find(({ mountpoint }) => mountpoint === '/boot') : undefined;
  return {
    subvolume,
    mark,
    born: stat(here)?.born ?? 0,
    unsafe: findUnsafe(root),
    readOnly,
    fstab: readInside(root, 'etc/fstab'),
    osRelease: readFirst(root, ['etc/os-release', 'usr/lib/os-release']),
    ...commandLines,
    loaderSetting: observeLoaderSetting(root),
    config: readInside(root, 'etc/be-hook/be-hook.conf'),
    ...observePackage(root),
    boot: observeBoot(root, bootMount === undefined ? undefined : `${bootMount.type} ${bootMount.source}`),
    moduleReleases: modules.releases,
    moduleImages: modules.images,
    privateBoot: { files: [], blsEntries: [] },
    init: observeInit(root, [...Object.values(commandLines).flat(), ...loaderSystem.optionFiles(loaderFacts)]),
    loaderFacts,
  };
}

/** Which parts of the package be-hook a root has. */
function observePackage(root: Root): Pick<RootFacts, 'hasBeHook' | 'copiesAtBoot'> {
  const has = (path: string): boolean => resolveInside(root, path).kind === 'found';
  return {
    hasBeHook: has('usr/lib/be-hook/guard.sh'),
    copiesAtBoot: has('usr/lib/systemd/system/be-hook-first-copy.service'),
  };
}

/**
 * The reason why unprivileged users could change the root itself, or a directory above it. Through such a directory they
 * could replace the root with another one.
 */
function findUnsafe(root: Root): string | undefined {
  const parts = root.path.split('/');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const path = parts.slice(0, depth).join('/');
    const found = stat(`${root.top}/${path}`);
    if (found === undefined) continue;
    if (found.uid !== 0) return `/${path} belongs to the user with id ${found.uid}`;
    if ((found.mode & 0o022) !== 0) return `users other than root can write to /${path}`;
    if (path === '') break;
  }
  return undefined;
}

/** Reads every file that contributes to kernel command lines. */
function readCommandLines(root: Root): Pick<RootFacts, 'commandLine' | 'blsEntries'> {
  return {
    commandLine: readFirst(root, ['etc/kernel/cmdline', 'usr/lib/kernel/cmdline']),
    blsEntries: listInside(root, 'boot/loader/entries', /\.conf$/).map((path) => readInside(root, path)),
  };
}

function readFirst(root: Root, paths: readonly string[]): FileText {
  const texts = paths.map((path) => readInside(root, path));
  return texts.find(({ kind }) => kind !== 'missing') ?? { kind: 'missing', path: fromTop(root, paths[0] ?? '') };
}
