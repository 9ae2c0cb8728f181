import { type Mount, mountedSubvolume, parseMountinfo } from '../formats/mountinfo.ts';
import { accept } from '../model/accept.ts';
import type { FilesystemType } from '../model/filesystem-type.ts';
import type { Subvolume } from '../model/observation.ts';
import { listNames, readText, realPath, stat } from './files.ts';
import { readProc } from './proc.ts';

/**
 * A file system that is open at its top level. FAT needs the mount option umask=0077, because be-hook makes directories
 * that no other user can enter.
 */
export interface OpenFilesystem {
  readonly top: string;
  readonly type: FilesystemType;
  /** Its block device. */
  readonly source: string;
  /** Further texts by which lines of fstab mean it, because the administrator says so. */
  readonly alsoNamed?: readonly string[];
}

/** The mounts as this process sees them. A later mount at the same place hides an earlier mount. */
export function readMounts(): readonly Mount[] {
  const mounts = accept(parseMountinfo(readProc('/proc/self/mountinfo')));
  return [...new Map(mounts.map((mount) => [mount.mountpoint, mount])).values()];
}

/** The mount that holds a directory. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  const holding = mounts.filter(
    ({ mountpoint }) => path === mountpoint || path.startsWith(mountpoint.replace(/\/*$/, '/')),
  );
  return holding.reduce<Mount | undefined>(
    (best, mount) => (best && best.mountpoint.length > mount.mountpoint.length ? best : mount),
    undefined,
  );
}

/** A mounted btrfs, as the kernel lists it. */
export interface MountedFilesystem {
  readonly uuid: string;
  /** Kernel names of its devices, for instance `vda3`. */
  readonly devices: readonly string[];
}

/**
 * The mounted btrfs that a block device belongs to. The function reads sysfs (btrfs(5), "FILESYSTEM FEATURES") and needs
 * no program.
 */
export function filesystemOf(device: string): MountedFilesystem | undefined {
  const name = (realPath(device) ?? device).split('/').at(-1) ?? '';
  return listNames('/sys/fs/btrfs')
    .map((uuid) => ({ uuid, devices: listNames(`/sys/fs/btrfs/${uuid}/devices`) }))
    .find(({ devices }) => devices.includes(name));
}

/** The mounts of whole subvolumes of a file system. A bind mount of a directory in a subvolume does not count. */
export function subvolumeMounts(
  filesystem: MountedFilesystem,
  mounts: readonly Mount[],
  subvolumes: readonly Subvolume[],
): readonly { readonly subvolume: number; readonly mountpoint: string }[] {
  return mounts.flatMap((mount) => {
    const id = mount.type === 'btrfs' ? mountedSubvolume(mount) : undefined;
    const name = (realPath(mount.source) ?? mount.source).split('/').at(-1) ?? '';
    const whole = subvolumes.some((subvolume) => subvolume.id === id && mount.root === `/${subvolume.path}`);
    return id !== undefined && whole && filesystem.devices.includes(name)
      ? [{ subvolume: id, mountpoint: mount.mountpoint }]
      : [];
  });
}

/**
 * The loop device that an image file already has, if any. With a second loop device, one file system would look like two
 * file systems.
 */
export function loopDeviceOf(image: string): string | undefined {
  const name = listNames('/sys/block').find((block) => {
    const backing = realPath(`/sys/block/${block}/loop/backing_file`);
    return backing !== undefined && readText(backing).trim() === image;
  });
  return name === undefined ? undefined : `/dev/${name}`;
}

/** The directories in which udev gives block devices further names, with the tag of fstab(5) for each kind of name. */
const aliasPlaces: Readonly<Record<string, string | undefined>> = {
  '/dev/disk/by-uuid': 'UUID',
  '/dev/disk/by-label': 'LABEL',
  '/dev/disk/by-partuuid': 'PARTUUID',
  '/dev/disk/by-partlabel': 'PARTLABEL',
  '/dev/disk/by-id': undefined,
  '/dev/disk/by-path': undefined,
  '/dev/mapper': undefined,
};

/** Every text by which the first field of a line in fstab may name this file system. */
export function sourcesOf({ uuid, devices }: MountedFilesystem): readonly string[] {
  const label = stat(`/sys/fs/btrfs/${uuid}/label`) === undefined ? '' : readText(`/sys/fs/btrfs/${uuid}/label`).trim();
  const named = label === '' ? [] : [`LABEL=${label}`, `/dev/disk/by-label/${label}`];
  const own = [`UUID=${uuid}`, `/dev/disk/by-uuid/${uuid}`, ...devices.map((name) => `/dev/${name}`)];
  return [...new Set([...own, ...named, ...aliasesOf(devices)])];
}

/** The names that udev gave to these devices, by their kernel names. */
export function aliasesOf(devices: readonly string[]): readonly string[] {
  return Object.entries(aliasPlaces).flatMap(([place, tag]) =>
    listNames(place)
      .filter((name) => devices.includes((realPath(`${place}/${name}`) ?? '').split('/').at(-1) ?? ''))
      .flatMap((name) => [`${place}/${name}`, ...(tag === undefined ? [] : [`${tag}=${name}`])]),
  );
}
