import { lstatSync } from 'node:fs';
import { parseSubvolumeList } from '../formats/btrfs-subvolumes.ts';
import { type Mount, parseMountinfo } from '../formats/mountinfo.ts';
import { accept } from '../model/accept.ts';
import type { FilesystemType } from '../model/filesystem-type.ts';
import { activeAttribute, attributePrefix, markAttribute } from './attributes.ts';
import { bootLineOf } from './boot-line.ts';
import { bootTypes, isOneOf, isRunning, mountOn, openedBoot } from './boot-mount.ts';
import { bootMountpoint, listArgs } from './companion-command.ts';
import { realPath, stat } from './files.ts';
import { readInside } from './inside.ts';
import type { OpenFilesystem } from './mounts.ts';
import { readProc } from './proc.ts';
import { query } from './query.ts';
import { run } from './run.ts';
import { readAttributes } from './xattrs.ts';

/** The opened btrfs, as a session has it. */
interface Opened {
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
  const device = await findDevice(opened);
  // A /boot that is a subvolume of the same file system is not a separate one.
  if (device === undefined || isOneOf(device, opened.source)) return undefined;
  const boot = await mountBoot(opened, device, write);
  // Aliases of a device can hide that it is the same file system.
  const isSame = boot !== undefined && lstatSync(`${boot.top}/.`).dev === lstatSync(`${opened.top}/.`).dev;
  return isSame ? undefined : boot;
}

/**
 * Mounts a device; undefined where that fails. A mount of this process may be hidden in the namespace of the companion, so
 * it cannot be bound. The kernel refuses a read-only mount while the file system is writable elsewhere (mount_bdev, EBUSY).
 * Then a reader makes its own mount read-only, not the file system.
 */
async function mountBoot({ enter, pid }: Opened, place: string, write: boolean): Promise<OpenFilesystem | undefined> {
  const type = await typeOf(place);
  if (type === undefined) return undefined;
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
  if (why !== undefined) return undefined;
  const inside = accept(parseMountinfo(readProc(`/proc/${pid}/mountinfo`)));
  return openedBoot(pid, inside, { write, device: undefined });
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

/** The device that a source in fstab names. Undefined where no device has the name, and where several have it. */
async function deviceOf(source: string): Promise<string | undefined> {
  const [, tag, value] = /^([A-Z]+)="?(.*?)"?$/.exec(source) ?? [];
  if (tag === undefined || value === undefined) return realPath(source);
  const linked = realPath(`/dev/disk/by-${tag.toLowerCase()}/${value}`);
  if (linked !== undefined) return linked;
  // Without its cache, which may be older than the file systems.
  const args = ['-c', '/dev/null', '-o', 'device', '-t', `${tag}=${value}`];
  const { stdout } = await query('blkid', args, { expect: 'any' });
  const devices = stdout.split('\n').filter((name) => name !== '');
  return devices.length === 1 ? devices[0] : undefined;
}

/** Whether a mount has the file system of a block device. Not for btrfs, whose mounts have a number of their own. */
function isOn({ device, root }: Mount, path: string): boolean {
  const { rdev } = lstatSync(path);
  return root === '/' && rdev !== 0 && device === `${(rdev >> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`;
}

/** The device that the first fstab with a line for /boot names, if it is there. */
async function findDevice(opened: Opened): Promise<string | undefined> {
  for (const path of await listRoots(opened.top)) {
    const line = bootLineOf(readInside({ top: opened.top, path }, 'etc/fstab'));
    if (line === undefined) continue;
    const device = await deviceOf(line.source);
    if (device === undefined || stat(device)?.kind !== 'other' || (await isOwnBoot(device, opened.mounts))) continue;
    return device;
  }
  return undefined;
}

/** Whether a device has the /boot of the running machine, mounted or not. */
async function isOwnBoot(device: string, mounts: readonly Mount[]): Promise<boolean> {
  const mount = mountOn('/boot', mounts);
  if (mount !== undefined && (isOn(mount, device) || realPath(mount.source) === device)) return true;
  const line = bootLineOf(readInside({ top: '/', path: '' }, 'etc/fstab'));
  return line !== undefined && (await deviceOf(line.source)) === device;
}

/** The paths of subvolumes that may be environments: the active one, then those with a mark, then the others. */
async function listRoots(top: string): Promise<readonly string[]> {
  const { stdout } = await query('btrfs', [...listArgs, top], { expect: 'any' });
  const subvolumes = parseSubvolumeList(stdout).subvolumes.filter(({ path }) => isOfRoot(top, path));
  const attributes = await readAttributes([top, ...subvolumes.map(({ path }) => `${top}/${path}`)], attributePrefix);
  const active = attributes.get(top)?.get(activeAttribute);
  const rank = ({ path, uuid }: (typeof subvolumes)[number]): number => {
    if (uuid === active) return 0;
    return attributes.get(`${top}/${path}`)?.has(markAttribute) === true ? 1 : 2;
  };
  const sorted = [...subvolumes].sort((a, b) => rank(a) - rank(b) || a.id - b.id);
  return [...sorted.map(({ path }) => path), ''];
}

/** Whether unprivileged users can neither change a subvolume nor put another one in its place. */
function isOfRoot(top: string, path: string): boolean {
  const parts = path.split('/');
  return parts.every((_part, index) => {
    const found = stat(`${top}/${parts.slice(0, index + 1).join('/')}`);
    return found?.kind === 'directory' && found.uid === 0 && (found.mode & 0o022) === 0;
  });
}
