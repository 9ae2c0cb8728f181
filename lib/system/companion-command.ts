/** Every system has this directory. The mount hides it in the companion's namespace only. */
export const mountpoint = '/tmp';

/** As `mountpoint`, for a separate /boot. */
export const bootMountpoint = '/var';

/** The file with the writers' lock: only one writer works at a time. In /run, because no lock outlives a reboot. */
export const lockFile = '/run/be-hook.lock';

/** The variable that marks the companion of a session. Its namespace has copies of all mounts, which no process uses. */
export const companionVariable = 'BE_HOOK_COMPANION';

/** The arguments of `btrfs` that list all subvolumes, without the directory. */
export const listArgs = ['subvolume', 'list', '-p', '-c', '-g', '-u', '-q', '-R'];

/**
 * A companion process mounts the top level in a mount namespace of its own. be-hook reaches it through that process's
 * /proc entry, and no other process sees the mount. When be-hook ends, even by SIGKILL, the kernel closes the companion's
 * input. Then the companion ends, and the kernel removes the mount and the lock. The companion is sh, with flock(1) and
 * mount(8). No line comes: `read` waits for the end of the input, and starts no program for it.
 *
 * A separate /boot that cannot be mounted is not an error. The session looks at the mounts of the companion.
 *
 * For the first observation it prints three lists. Each one ends with a null byte and an exit status, because no name has
 * a null byte. The programs that list do not hold the lock, so it ends with the companion.
 */
const script = `
if [ -n "$4" ]; then
  umask 077
  exec 9>>"$4" || exit 1
  flock -w "$5" 9 || { echo locked; exit 1; }
fi
mount -t btrfs -o "$1" -- "$2" "$3" || { echo 'not mounted'; exit 1; }
if [ -n "$6" ]; then mount -t "$6" -o "$7" -- "$8" "$9" 2>/dev/null; fi
echo ready
place=$3
shift 9
print() {
  "$@"
  printf '\\0%s\\0' "$?"
}
if [ $# -gt 0 ]; then
  print btrfs "$@" "$place" 9>&-
  print btrfs "$@" -r "$place" 9>&-
  print btrfs subvolume get-default "$place" 9>&-
fi
read -r end
`;

/** The arguments of mount(8) for a separate /boot. */
export interface BootMount {
  readonly type: string;
  readonly options: string;
  readonly source: string;
}

/** The part of a line of mountinfo that `bootMountOf` needs. */
export interface MountLine {
  /** `major:minor`. */
  readonly device: string;
  readonly root: string;
  readonly type: string;
  readonly readOnly: boolean;
}

/**
 * How to mount the running machine's separate /boot. Undefined if /boot has no file system of its own, or one that be-hook
 * does not open: of another type, a part of a file system, or read-only for a writer. It is bound, because the kernel refuses
 * to mount ext4, xfs and vfat read-only a second time while they are writable (mount_bdev, EBUSY).
 */
export function bootMountOf(
  root: MountLine | undefined,
  boot: MountLine | undefined,
  write: boolean,
): BootMount | undefined {
  if (root === undefined || boot === undefined || root.device === boot.device) return undefined;
  if (!['btrfs', 'ext4', 'xfs', 'vfat'].includes(boot.type) || boot.root !== '/') return undefined;
  return write && boot.readOnly ? undefined : { type: 'none', options: `bind,${write ? 'rw' : 'ro'}`, source: '/boot' };
}

/** The mounts that a companion makes. */
export interface CompanionMount {
  readonly device: string;
  readonly write: boolean;
  /** Whether the device is an image file. */
  readonly image: boolean;
  /** How long to wait for the writers' lock; undefined where the companion does not take it. */
  readonly lockSeconds: number | undefined;
  readonly lists: boolean;
  readonly boot?: BootMount | undefined;
}

/** The arguments of unshare(1) that start a companion. */
export function companionArgs({ device, write, image, lockSeconds, lists, boot }: CompanionMount): readonly string[] {
  const options = ['subvolid=5', write ? 'rw' : 'ro', ...(image ? ['loop'] : [])].join(',');
  const lock = lockSeconds === undefined ? ['', ''] : [lockFile, String(lockSeconds)];
  const second = boot === undefined ? ['', '', ''] : [boot.type, boot.options, boot.source];
  const named = [options, device, mountpoint, ...lock, ...second, bootMountpoint, ...(lists ? listArgs : [])];
  return ['--mount', '--propagation', 'private', '--', 'sh', '-c', script, 'be-hook', ...named];
}
