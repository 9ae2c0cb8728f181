import { lstatSync } from 'node:fs';
import { parseSubvolumeList } from '../formats/btrfs-subvolumes.ts';
import type { FstabEntry } from '../formats/fstab.ts';
import type { Mount } from '../formats/mountinfo.ts';
import { activeAttribute, attributePrefix, markAttribute } from './attributes.ts';
import { bootLineOf } from './boot-line.ts';
import { mountOn } from './boot-mount.ts';
import { listArgs } from './companion-command.ts';
import { realPath, stat } from './files.ts';
import { readInside } from './inside.ts';
import { query } from './query.ts';
import { readAttributes } from './xattrs.ts';

/** The part of an opened btrfs that these functions need. */
interface Opened {
  readonly top: string;
  readonly mounts: readonly Mount[];
}

/** The device that a source in fstab names. Undefined where no device has the name, and where several have it. */
export async function deviceOf(source: string): Promise<string | undefined> {
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

/** The device of the first line for /boot whose device is there. */
export async function findBootDevice({ top, mounts }: Opened): Promise<string | undefined> {
  for (const { line } of await listBootLines(top)) {
    const device = await deviceOf(line.source);
    if (device === undefined || stat(device)?.kind !== 'other' || (await isOwnBoot(device, mounts))) continue;
    return device;
  }
  return undefined;
}

/** The lines of fstab for /boot, with the paths of the roots: that of the active environment first. */
export async function listBootLines(
  top: string,
): Promise<readonly { readonly path: string; readonly line: FstabEntry }[]> {
  return (await listRoots(top)).flatMap((path) => {
    const line = bootLineOf(readInside({ top, path }, 'etc/fstab'));
    return line === undefined ? [] : [{ path, line }];
  });
}

/** Whether a device has the /boot of the running machine, mounted or not. */
export async function isOwnBoot(device: string, mounts: readonly Mount[]): Promise<boolean> {
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
