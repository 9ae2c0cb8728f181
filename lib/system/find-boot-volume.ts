import { entrySubvolume, type NamedSubvolumes } from '../formats/fstab-subvolume.ts';
import { mountedSubvolume } from '../formats/mountinfo.ts';
import type { Subvolume } from '../model/observation.ts';
import { bootLineOf } from './boot-line.ts';
import { stat } from './files.ts';
import { fromTop, type Root, readInside } from './inside.ts';
import type { Session } from './session.ts';

/**
 * The subvolume that the fstab of a root mounts on /boot, if it is one of the same file system. It is not the top level
 * or the root itself. If /boot is a symbolic link, no subvolume is mounted there.
 */
export function findBootVolume(
  root: Root,
  { id }: Pick<Subvolume, 'id'>,
  named: NamedSubvolumes<Subvolume>,
): Subvolume | undefined {
  const line = bootLineOf(readInside(root, 'etc/fstab'));
  const subvolume = line === undefined ? undefined : entrySubvolume(line, named);
  if (subvolume === undefined || subvolume.path === '' || subvolume.id === id) return undefined;
  return stat(`${root.top}/${fromTop(root, 'boot')}`)?.kind === 'symlink' ? undefined : subvolume;
}

/**
 * What the running system has mounted on /boot; undefined if that is this subvolume, or nothing. Before the first use of
 * /boot an automount is there (systemd.automount(5)).
 */
export function findBootMount({ mounts, device }: Session, expected: Subvolume | undefined): string | undefined {
  const mount = mounts.findLast(({ mountpoint, type }) => mountpoint === '/boot' && type !== 'autofs');
  if (mount === undefined) return undefined;
  const isExpected = mount.device === device && expected !== undefined && mountedSubvolume(mount) === expected.id;
  return isExpected ? undefined : `${mount.type} ${mount.source}`;
}
