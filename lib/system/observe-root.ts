import type { NamedSubvolumes } from '../formats/fstab-subvolume.ts';
import type { FileText, LoaderMachineFacts, RootFacts, Subvolume } from '../model/observation.ts';
import { holdDirectories } from './beneath.ts';
import { mountsBoot } from './boot-line.ts';
import { readEntries } from './entry-kernels.ts';
import { stat } from './files.ts';
import { findBootMount, findBootVolume } from './find-boot-volume.ts';
import { fromTop, type Root, readInside, resolveInside } from './inside.ts';
import { loaderSystemOf } from './loaders/index.ts';
import { observeBoot, observeModules } from './observe-boot.ts';
import type { ObservedBoot } from './observe-boot-filesystem.ts';
import { observeInit } from './observe-init.ts';
import { observeLoaderSetting } from './observe-loader.ts';
import { observePrivateBoot } from './private-boot.ts';
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
  /** The separate /boot that is open. The root may mount another one, or none. */
  readonly boot: ObservedBoot | undefined;
  readonly named: NamedSubvolumes<Subvolume>;
  /** The subvolume to read as /boot, whatever the fstab says. */
  readonly bootVolume?: Subvolume | undefined;
}

/** Reads one root, with the subvolume of /boot as if it were mounted. Every path is resolved inside the root. */
export async function observeRoot(request: RootRequest): Promise<RootFacts> {
  const { session, subvolume, named } = request;
  const held = holdDirectories(session.top);
  try {
    const root: Root = { top: session.top, path: subvolume.path, seen: new Map(), held };
    const bootVolume = request.bootVolume ?? findBootVolume(root, subvolume, named);
    const mounted = bootVolume === undefined ? [] : [{ at: 'boot', path: bootVolume.path }];
    return await readRoot({ ...root, mounted }, { ...request, bootVolume });
  } finally {
    held.close();
  }
}

const noFiles = { kind: 'directory', files: [], subvolume: undefined } as const;

async function readRoot(
  root: Root,
  { session, subvolume, mark, running, readOnly, machine, boot, bootVolume }: RootRequest,
): Promise<RootFacts> {
  const here = `${root.top}/${root.path}`;
  const modules = observeModules(root);
  const fstab = readInside(root, 'etc/fstab');
  const separate = bootVolume === undefined && boot !== undefined && mountsBoot(fstab, boot.facts) ? boot : undefined;
  const commandLine = readFirst(root, ['etc/kernel/cmdline', 'usr/lib/kernel/cmdline']);
  const blsEntries = separate?.blsEntries ?? readEntries(root, 'boot/loader/entries');
  const loaderSystem = loaderSystemOf(session.opened.boot);
  const loaderFacts = await loaderSystem.observeRoot(root, machine, separate?.root);
  const mountedFrom = running ? findBootMount(session, bootVolume) : undefined;
  return {
    subvolume,
    mark,
    born: stat(here)?.born ?? 0,
    unsafe: findUnsafe(root, root.path) ?? (bootVolume && findUnsafe(root, bootVolume.path)),
    readOnly,
    fstab,
    osRelease: readFirst(root, ['etc/os-release', 'usr/lib/os-release']),
    commandLine,
    blsEntries,
    loaderSetting: observeLoaderSetting(root),
    config: readInside(root, 'etc/be-hook/be-hook.conf'),
    ...observePackage(root),
    // The mount hides the files of the root itself.
    boot: separate === undefined ? observeBoot(root, mountedFrom) : { ...noFiles, mountedFrom },
    moduleReleases: modules.releases,
    moduleImages: modules.images,
    // The running system has written to the separate /boot itself.
    privateBoot: running ? { files: [], blsEntries: [], variables: [] } : observePrivateBoot(root, loaderSystem),
    init: observeInit(root, [commandLine, ...blsEntries, ...loaderSystem.optionFiles(loaderFacts)]),
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
 * The reason why unprivileged users could change a subvolume itself, or a directory above it. Through such a directory
 * they could replace the subvolume with another one.
 */
function findUnsafe({ top }: Root, subvolume: string): string | undefined {
  const parts = subvolume.split('/');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const path = parts.slice(0, depth).join('/');
    const found = stat(`${top}/${path}`);
    if (found === undefined) continue;
    if (found.uid !== 0) return `/${path} belongs to the user with id ${found.uid}`;
    if ((found.mode & 0o022) !== 0) return `users other than root can write to /${path}`;
    if (path === '') break;
  }
  return undefined;
}

function readFirst(root: Root, paths: readonly string[]): FileText {
  const texts = paths.map((path) => readInside(root, path));
  return texts.find(({ kind }) => kind !== 'missing') ?? { kind: 'missing', path: fromTop(root, paths[0] ?? '') };
}
