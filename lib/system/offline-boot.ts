import { lstatSync } from 'node:fs';
import { type Mount, parseMountinfo } from '../formats/mountinfo.ts';
import { accept } from '../model/accept.ts';
import type { FilesystemType } from '../model/filesystem-type.ts';
import { bootTypes, isOneOf, isRunning, openedBoot } from './boot-mount.ts';
import { bootMountpoint } from './companion-command.ts';
import { findBootDevice } from './find-boot-device.ts';
import type { OpenFilesystem } from './mounts.ts';
import { readProc } from './proc.ts';
import { query } from './query.ts';
import { run } from './run.ts';

/** The opened btrfs, as a session has it. */
export interface Opened {
  readonly top: string;
  readonly enter: readonly [program: string, ...args: readonly string[]];
  readonly source: string;
  readonly pid: number;
  readonly mounts: readonly Mount[];
}

/**
 * Opens the separate /boot of a file system that the machine does not run from, in the namespace of the companion: the one
 * in the fstab of the active environment, or otherwise of another one. It is never the /boot of the running machine, which a
 * backup of the machine names too. Undefined where no fstab names one, and where it cannot be mounted.
 */
export async function openOfflineBoot(opened: Opened, write: boolean): Promise<OpenFilesystem | undefined> {
  if (isRunning(opened.source, opened.mounts)) return undefined;
  const device = await findBootDevice(opened);
  // A /boot that is a subvolume of the same file system is not a separate one.
  if (device === undefined || isOneOf(device, opened.source)) return undefined;
  const boot = await mountBoot(opened, device, write);
  return 'why' in boot || isSame(boot, opened) ? undefined : boot;
}

/** Whether a /boot is the btrfs itself. Aliases of a device can hide that. */
export function isSame(boot: Pick<OpenFilesystem, 'top'>, { top }: Pick<Opened, 'top'>): boolean {
  return lstatSync(`${boot.top}/.`).dev === lstatSync(`${top}/.`).dev;
}

/**
 * Mounts a device, or returns why that fails. A mount of this process may be hidden in the namespace of the companion, so
 * it cannot be bound. The kernel refuses a read-only mount while the file system is writable elsewhere (mount_bdev, EBUSY).
 * Then a reader makes its own mount read-only, not the file system.
 */
export async function mountBoot(
  { enter, pid }: Opened,
  place: string,
  write: boolean,
): Promise<OpenFilesystem | { readonly why: string }> {
  const type = await typeOf(place);
  if (type === undefined) return { why: `it has no file system of the types ${bootTypes.join(', ')}` };
  const [program, ...words] = enter;
  const mount = async (options: readonly string[], ...source: readonly string[]): Promise<string | undefined> => {
    const args = [...words, 'mount', '-o', options.join(','), ...source, bootMountpoint];
    const ended = await run(program, args, { expect: 'any', name: 'mount' });
    return ended.status === 0 ? undefined : ended.stderr.trim();
  };
  const own = optionsOf[type];
  const source = ['-t', type, '--', place];
  let why = await mount([...own, write ? 'rw' : 'ro'], ...source);
  if (!write && why !== undefined && /already mounted|busy/.test(why)) {
    why = (await mount([...own, 'rw'], ...source)) ?? (await mount(['remount', 'bind', 'ro'], '--'));
  }
  if (why !== undefined) return { why };
  const inside = accept(parseMountinfo(readProc(`/proc/${pid}/mountinfo`)));
  return openedBoot(pid, inside, { write, device: undefined }) ?? { why: 'another mount is in its place' };
}

/** FAT: see `OpenFilesystem`. */
const optionsOf: Readonly<Record<FilesystemType, readonly string[]>> = {
  btrfs: ['subvolid=5'],
  vfat: ['umask=0077'],
  ext4: [],
  xfs: [],
};

async function typeOf(device: string): Promise<FilesystemType | undefined> {
  const { stdout } = await query('blkid', ['-p', '-o', 'value', '-s', 'TYPE', device], { expect: 'any' });
  return bootTypes.find((candidate) => candidate === stdout.trim());
}
