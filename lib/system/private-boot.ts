import { dirname } from 'node:path';
import type { ExecPlan } from '../model/exec.ts';
import { privateBootDirectory } from '../model/kernel-record.ts';
import { execBase } from '../model/mounting.ts';
import type { PrivateBootFacts, StampedFile } from '../model/observation.ts';
import { inDirectory } from './beneath.ts';
import { observeEntryKernels, readEntries, tokensOf } from './entry-kernels.ts';
import { makeDirectory, pathOf, stat } from './files.ts';
import { type Root, readInside } from './inside.ts';
import { loaderSystemOf } from './loaders/index.ts';
import type { LoaderSystem } from './loaders/loader-system.ts';
import type { OpenFilesystem } from './mounts.ts';
import { observeFiles } from './observe-boot-filesystem.ts';
import { run } from './run.ts';
import { openedAt, type Session } from './session.ts';
import { stampOf } from './stamp.ts';

/** The directory in the /boot of a root, below the mount of the separate /boot, that has what jobs wrote to /boot. */
const place = dirname(privateBootDirectory);

/** The arguments of mount(8) for one mount: mount point, type, options, source. */
export type MountArgs = readonly [mountpoint: string, type: string, options: string, source: string];

/**
 * The mounts that give a command in an environment its /boot: the separate /boot itself, or a private view of it. In the
 * private view the command sees all files of /boot, and its changes go to a directory of the environment. overlayfs
 * accepts no vfat as its lower layer (fs/overlayfs/util.c, ovl_dentry_weird). So on vfat the command sees only the boot
 * loader's directories, as copies. Makes the directories. Throws `tool-failed` and what `inDirectory` throws.
 */
export async function bootMounts(session: Session, { mounts, boot }: ExecPlan): Promise<readonly MountArgs[]> {
  const root = mounts[0]?.subvolume.path;
  if (boot === undefined || root === undefined) return [];
  const opened = openedAt(session, 'boot');
  const target = execBase + boot.mountpoint;
  if (!boot.private) return [[target, opened.type, 'rw', opened.source]];
  makePlace(session, root);
  const own = `${target}/.be-hook`;
  if (opened.type === 'vfat') {
    await copyMenus(opened, `${pathOf(session.top, root)}/${place}/upper`);
    return [[target, 'none', 'bind', `${own}/upper`]];
  }
  const lower = `${execBase}-boot`;
  await makeDirectory(lower, 0o700);
  // A copy of only the attributes of a file, or a renamed directory that is stored as a reference, would mean nothing
  // outside of the overlay.
  const features = 'index=off,metacopy=off,redirect_dir=off';
  return [
    [lower, opened.type, 'rw', opened.source],
    [target, 'overlay', `lowerdir=${lower},upperdir=${own}/upper,workdir=${own}/work,${features}`, 'overlay'],
  ];
}

/** Only root can enter the directory. The upper layer has the mode that /boot has in the private view. */
function makePlace({ top }: Session, root: string): void {
  inDirectory(top, `${root}/${place}`, () => undefined, 0o700);
  inDirectory(top, `${root}/${place}/work`, () => undefined, 0o700);
  inDirectory(top, `${root}/${place}/upper`, () => undefined, 0o755);
}

async function copyMenus(opened: OpenFilesystem, upper: string): Promise<void> {
  const { top } = opened;
  const { directories, entriesNameKernels } = loaderSystemOf(opened);
  const present = directories.map((name) => `${top}/${name}`).filter((path) => stat(path) !== undefined);
  if (present.length > 0) await run('cp', ['-r', '-n', '--', ...present, upper]);
  await makeDirectory(`${upper}/loader/entries`);
  // kernel-install writes entries where this directory exists (kernel-install(8), "layout").
  for (const token of entriesNameKernels
    ? tokensOf(readEntries({ ...opened, path: '', on: 'boot' }, 'loader/entries'))
    : [])
    await makeDirectory(`${upper}/${token}`);
}

/** What jobs in a root wrote to their private /boot. Nothing if unprivileged users could have written it. */
export function observePrivateBoot(root: Root, { entriesNameKernels, variableFiles }: LoaderSystem): PrivateBootFacts {
  const own = `${pathOf(root.top, root.path)}/${place}`;
  if (![own, `${own}/upper`].every(isOfRoot)) return { files: [], blsEntries: [], variables: [] };
  // overlayfs marks a file that was deleted with a character device. No boot loader reads such a file.
  const entries = readEntries(root, `${privateBootDirectory}/loader/entries`).filter(({ kind }) => kind === 'text');
  const named = entriesNameKernels ? observeEntryKernels(root, privateBootDirectory, entries) : [];
  const files = [...observeFiles(root, privateBootDirectory), ...named].filter(({ fault }) => fault !== 'not-a-file');
  return {
    files: files.map((file): StampedFile => ({ ...file, stamp: stampOf(`${root.top}/${file.target}`, 'btrfs') })),
    blsEntries: entries,
    variables: variableFiles
      .map((name) => readInside(root, `${privateBootDirectory}/${name}`))
      .filter(({ kind }) => kind === 'text'),
  };
}

function isOfRoot(path: string): boolean {
  const found = stat(path);
  return found?.kind === 'directory' && found.uid === 0 && (found.mode & 0o022) === 0;
}
