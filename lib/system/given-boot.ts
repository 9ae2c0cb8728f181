import { type FstabEntry, isNamedBy } from '../formats/fstab.ts';
import type { Mount } from '../formats/mountinfo.ts';
import { BeHookError } from '../model/problem.ts';
import { bootTypes, isOneOf, isRunning, mountOn } from './boot-mount.ts';
import { type DeviceNames, namesOf } from './device-names.ts';
import { realPath, stat } from './files.ts';
import { deviceOf, isOwnBoot, listBootLines } from './find-boot-device.ts';
import { loopDeviceOf, type OpenFilesystem } from './mounts.ts';
import { isSame, mountBoot, type Opened } from './offline-boot.ts';

/**
 * Opens the separate /boot that the administrator names: a device, an image with a loop device, or a mount point. Throws `no-such-place`,
 * `filesystem-read-only` and, where the fstab contradicts or be-hook cannot use it, `boot-unusable`.
 */
export async function openGivenBoot(opened: Opened, where: string, write: boolean): Promise<OpenFilesystem> {
  const unusable = (why: string): BeHookError => new BeHookError({ code: 'boot-unusable', where, why });
  const { mounts, source, top } = opened;
  if (isRunning(source, mounts)) throw unusable('the running system chooses its /boot by its mounts');
  const found = findGiven(where, mounts);
  if ('why' in found) throw unusable(found.why);
  const { device } = found;
  if (isOneOf(device, source)) throw unusable('it is the btrfs with the boot environments');
  if (await isOwnBoot(device, mounts)) throw unusable('it is the /boot of the running system');
  if (write) refuseReadOnly(device, mounts);
  const [first] = await listBootLines(top);
  if (first === undefined) throw unusable('no fstab on the btrfs has a line for /boot');
  const contradiction = await findContradiction(first.line, device, await namesOf(device));
  if (contradiction !== undefined) {
    throw unusable(
      `line ${first.line.line} of /${[first.path, 'etc/fstab'].filter(Boolean).join('/')} ${contradiction}`,
    );
  }
  const boot = await mountBoot(opened, device, write);
  if ('why' in boot) throw unusable(boot.why);
  if (isSame(boot, opened)) throw unusable('it is the btrfs with the boot environments');
  return { ...boot, alsoNamed: [first.line.source] };
}

/** The block device of a place. A directory has to be a mount point: below it another file system may be missing. */
function findGiven(where: string, mounts: readonly Mount[]): { readonly device: string } | { readonly why: string } {
  const path = realPath(where);
  const kind = path === undefined ? undefined : stat(path)?.kind;
  if (path === undefined || kind === undefined) throw new BeHookError({ code: 'no-such-place', where });
  if (kind === 'file') {
    // The mounts of the companion may hide the directory of the image, so mount(8) could not attach it there.
    const device = loopDeviceOf(path);
    return device === undefined ? { why: `it is an image; run: losetup --find --show ${where}` } : { device };
  }
  if (kind !== 'directory') return { device: path };
  const mount = mountOn(path, mounts);
  if (mount === undefined) return { why: 'no file system is mounted there' };
  const isUsable = bootTypes.some((type) => type === mount.type);
  return isUsable ? { device: realPath(mount.source) ?? mount.source } : { why: `it is ${mount.type}` };
}

/** A read-only mount elsewhere says that the administrator wants no changes. The kernel would refuse a writable mount too. */
function refuseReadOnly(device: string, mounts: readonly Mount[]): void {
  const [mount, ...others] = mounts.filter((candidate) => realPath(candidate.source) === device);
  if (mount === undefined || ![mount, ...others].every(({ readOnly }) => readOnly)) return;
  throw new BeHookError({ code: 'filesystem-read-only', path: mount.mountpoint.slice(1), unchanged: true });
}

/**
 * How a line of fstab contradicts the choice of a device. A name that no device has here contradicts nothing, and neither
 * does a name that the kernel gives to disks in the order in which it finds them: a rescue system finds them in another order.
 */
async function findContradiction(
  line: FstabEntry,
  device: string,
  { uuid, sources }: DeviceNames,
): Promise<string | undefined> {
  const { source } = line;
  if (isNamedBy(line, sources) || kernelName.test(source)) return undefined;
  if (/^(?:UUID=|\/dev\/disk\/by-uuid\/)/.test(source)) return `names ${source}, and its UUID is ${uuid}`;
  const named = await deviceOf(source);
  const isOther = named !== undefined && stat(named)?.kind === 'other' && (realPath(named) ?? named) !== device;
  return isOther ? `names ${source}, which is ${named}` : undefined;
}

const kernelName = /^\/dev\/(?:(?:[hsv]|xv)d[a-z]+\d*|(?:nvme|mmcblk|loop|md|dm-|nbd)\d+\w*)$/;
