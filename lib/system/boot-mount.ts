import { basename } from 'node:path';
import type { Mount } from '../formats/mountinfo.ts';
import type { FilesystemType } from '../model/filesystem-type.ts';
import { type BootMount, bootMountOf, bootMountpoint } from './companion-command.ts';
import { realPath } from './files.ts';
import { filesystemOf, type OpenFilesystem } from './mounts.ts';

/** The types of file systems that be-hook opens as a separate /boot. */
export const bootTypes: readonly FilesystemType[] = ['btrfs', 'ext4', 'xfs', 'vfat'];

/** The last mount on a directory, which hides the others. */
export function mountOn(mountpoint: string, mounts: readonly Mount[]): Mount | undefined {
  return mounts.findLast((mount) => mount.mountpoint === mountpoint);
}

/**
 * How to mount the separate /boot of the running machine, where the btrfs on `device` is the file system that the machine
 * runs from: see `bootMountOf`.
 */
export function runningBoot(device: string, mounts: readonly Mount[], write: boolean): BootMount | undefined {
  const [root, boot] = [mountOn('/', mounts), mountOn('/boot', mounts)];
  return boot !== undefined && isRunning(device, mounts) ? bootMountOf(root, boot, write) : undefined;
}

/** Whether the machine runs from the btrfs on a device. */
export function isRunning(device: string, mounts: readonly Mount[]): boolean {
  const root = mountOn('/', mounts);
  return root?.type === 'btrfs' && isOneOf(device, root.source);
}

/** Whether a device is one of the file system on another device. */
export function isOneOf(device: string, source: string): boolean {
  if (device === source) return true;
  const name = basename(realPath(device) ?? device);
  return filesystemOf(source)?.devices.includes(name) === true;
}

/**
 * The separate /boot that a companion has mounted. `pid` is the companion, and `inside` are the mounts in its namespace.
 * The mount that be-hook asked for may have failed, and then another one may be at its place. `device` is the number of
 * the file system that has to be there, if it is known.
 */
export function openedBoot(
  pid: number,
  inside: readonly Mount[],
  { write, device }: { readonly write: boolean; readonly device: string | undefined },
): OpenFilesystem | undefined {
  const mount = mountOn(bootMountpoint, inside);
  const type = bootTypes.find((candidate) => candidate === mount?.type);
  if (mount === undefined || type === undefined || mount.root !== '/' || mount.readOnly === write) return undefined;
  if (device !== undefined && mount.device !== device) return undefined;
  return { top: `/proc/${pid}/root${bootMountpoint}`, type, source: mount.source };
}
