import { setTimeout } from 'node:timers/promises';
import { type Mount, parseMountinfo } from '../formats/mountinfo.ts';
import type { FilesystemType } from '../model/filesystem-type.ts';
import type { FilesystemId } from '../model/place.ts';
import { BeHookError } from '../model/problem.ts';
import { companionVariable, startCompanion } from './companion.ts';
import { enteredEnvironment } from './entered.ts';
import { realPath, stat } from './files.ts';
import { explainByDevices } from './missing-devices.ts';
import { filesystemOf, loopDeviceOf, type MountedFilesystem, mountOf, readMounts } from './mounts.ts';
import { readProc } from './proc.ts';
import { findReadOnlyMount } from './read-only-mount.ts';

/** The place of the top level of an opened file system. */
export interface SessionPlace {
  /** The directory of the top level for this process and for programs that it starts. */
  readonly top: string;
  /** Starts a program where the top level is mounted at `mountedAt`: some programs need to find the mount of a path. */
  readonly enter: readonly [program: string, ...args: readonly string[]];
  readonly mountedAt: string;
}

/**
 * A file system that is open at its top level. FAT needs the mount option umask=0077, because be-hook makes directories
 * that no other user can enter.
 */
export interface OpenFilesystem {
  readonly top: string;
  readonly type: FilesystemType;
}

/** One file system, open at its top level until the session ends. */
export interface Session extends SessionPlace {
  /** The open file systems on which places can be. */
  readonly opened: Readonly<Partial<Record<FilesystemId, OpenFilesystem>>>;
  readonly filesystem: MountedFilesystem;
  /** The number of the file system in /proc/PID/mountinfo, `major:minor`. */
  readonly device: string;
  /** The block device, for programs that mount. */
  readonly source: string;
  /** The process that holds the namespace. */
  readonly pid: number;
  readonly mounts: readonly Mount[];
  readonly close: () => Promise<void>;
}

/** The file system to open, and how to open it. */
export interface SessionOptions {
  /** A directory of the file system, its block device or its image; undefined is the file system of `/`. */
  readonly where: string | undefined;
  /** A writer holds the lock. A reader mounts read-only, and waits only with `alone`. */
  readonly write: boolean;
  /** Whether a reader waits for the lock too, as a writer does. */
  readonly alone?: boolean;
  /** How long to wait for the lock. */
  readonly lockSeconds: number;
}

/** The file with the writers' lock: only one writer works at a time. In /run, because no lock outlives a reboot. */
const lockFile = '/run/be-hook.lock';

/**
 * A companion process mounts the top level in a mount namespace of its own. be-hook reaches it through that process's
 * /proc entry, and no other process sees the mount. When be-hook ends, even by SIGKILL, the kernel closes the companion's
 * input. Then the companion ends, and the kernel removes the mount and the lock. The companion is sh, with flock(1) and
 * mount(8). No line comes: `read` waits for the end of the input, and starts no program for it.
 */
const companionScript = `
if [ -n "$4" ]; then
  umask 077
  exec 9>>"$4" || exit 1
  flock -w "$5" 9 || { echo locked; exit 1; }
fi
mount -t btrfs -o "$1" -- "$2" "$3" || { echo 'not mounted'; exit 1; }
echo ready
read -r end
`;

/** Every system has this directory. The mount hides it in the companion's namespace only. */
const mountpoint = '/tmp';

/**
 * Opens a file system. Throws `not-root`, `inside-environment`, `not-btrfs`, `locked`, `filesystem-read-only`,
 * `devices-missing`, `tool-missing` and `tool-failed`.
 */
async function openSession(options: SessionOptions): Promise<Session> {
  if (process.getuid?.() !== 0) throw new BeHookError({ code: 'not-root' });
  // Inside `be-hook exec`, be-hook cannot see which processes use a subvolume, and /run has another lock file.
  const inside = enteredEnvironment();
  if (inside !== undefined) throw new BeHookError({ code: 'inside-environment', name: inside });
  for (let tries = 1; ; tries += 1) {
    try {
      return await open(options);
    } catch (error) {
      if (tries === 20 || !mayHaveBeenLetGo(error, options)) throw error;
      await setTimeout(100);
    }
  }
}

/** Opens a file system for `body`, and closes it when that ends. Throws what `openSession` and `body` throw. */
export async function withSession<T>(options: SessionOptions, body: (session: Session) => Promise<T> | T): Promise<T> {
  const session = await openSession(options);
  try {
    return await body(session);
  } finally {
    await session.close();
  }
}

/** The file system of a place. Throws `internal` for one that is not open. */
export function openedAt({ opened }: Pick<Session, 'opened'>, on: FilesystemId): OpenFilesystem {
  const found = opened[on];
  if (found === undefined) throw new BeHookError({ code: 'internal', text: `the file system “${on}” is not open` });
  return found;
}

/**
 * The kernel releases an image's loop device some moments after its last mount, for instance the mount of an earlier
 * be-hook. Within that time be-hook may find a loop device that has no image any more when it mounts the device.
 */
function mayHaveBeenLetGo(error: unknown, { where }: SessionOptions): boolean {
  const path = realPath(where ?? '/') ?? '';
  if (!(error instanceof BeHookError) || stat(path)?.kind !== 'file') return false;
  const { problem } = error;
  return problem.code === 'not-btrfs' ? problem.where !== path : ['tool-failed', 'internal'].includes(problem.code);
}

async function open({ where, write, alone = write, lockSeconds }: SessionOptions): Promise<Session> {
  const mounts = readMounts();
  const device = findDevice(where, write, mounts);
  const image = stat(device)?.kind === 'file';
  const options = ['subvolid=5', write ? 'rw' : 'ro', ...(image ? ['loop'] : [])].join(',');
  const script = [
    'sh',
    '-c',
    companionScript,
    'be-hook',
    options,
    device,
    mountpoint,
    alone ? lockFile : '',
    String(lockSeconds),
  ];
  const args = ['--mount', '--propagation', 'private', '--', ...script];
  const companion = await startCompanion(
    'unshare',
    args,
    (line, stderr) => refusal(line, stderr, device, lockSeconds),
    { [companionVariable]: '1' },
  ).catch(async (error: unknown) => {
    throw (await explainByDevices(device, error)) ?? error;
  });
  const top = `/proc/${companion.pid}/root${mountpoint}`;
  const own = parseMountinfo(readProc(`/proc/${companion.pid}/mountinfo`)).findLast(
    (mount) => mount.mountpoint === mountpoint,
  );
  // The source of the mount of an image is its loop device.
  const { device: number = '', source = device } = own ?? {};
  const filesystem = filesystemOf(image ? source : device);
  if (filesystem === undefined) {
    await companion.close();
    throw new BeHookError({ code: 'internal', text: `the kernel does not list ${device} as a btrfs` });
  }
  const enter = ['nsenter', `--mount=/proc/${companion.pid}/ns/mnt`, '--'] as const;
  const { pid, close } = companion;
  const opened = { root: { top, type: 'btrfs' } } as const;
  return { top, opened, filesystem, device: number, source, pid, mounts, enter, mountedAt: mountpoint, close };
}

function findDevice(where: string | undefined, write: boolean, mounts: readonly Mount[]): string {
  const path = realPath(where ?? '/');
  const found = path === undefined ? undefined : stat(path);
  if (path === undefined || found === undefined) {
    throw new BeHookError({ code: 'no-such-place', where: where ?? '/' });
  }
  if (found.kind === 'file' || found.kind === 'other') {
    const device = found.kind === 'file' ? (loopDeviceOf(path) ?? path) : path;
    if (write) refuseReadOnly(findReadOnlyMount(device, mounts));
    return device;
  }
  const mount = mountOf(path, mounts);
  if (mount?.type !== 'btrfs') {
    throw new BeHookError({ code: 'not-btrfs', where: where ?? '/', found: mount?.type ?? 'not mounted' });
  }
  if (write && mount.readOnly) refuseReadOnly(mount);
  return mount.source;
}

/** A writable mount elsewhere would succeed, but the administrator wants the file system to be read-only. */
function refuseReadOnly(mount: Mount | undefined): void {
  if (mount === undefined) return;
  throw new BeHookError({ code: 'filesystem-read-only', path: mount.mountpoint.slice(1), unchanged: true });
}

function refusal(line: string, stderr: string, device: string, seconds: number): BeHookError {
  if (line === 'locked') return new BeHookError({ code: 'locked', seconds });
  const output = stderr.split('\n').at(0) ?? '';
  if (/read-only|write-protected/.test(stderr))
    return new BeHookError({ code: 'filesystem-read-only', path: device.slice(1), unchanged: true });
  if (/wrong fs type|bad superblock|bad option/.test(stderr)) {
    return new BeHookError({ code: 'not-btrfs', where: device, found: undefined });
  }
  const tool = line === 'not mounted' ? 'mount' : 'unshare';
  return new BeHookError({ code: 'tool-failed', tool, how: 'failed', output });
}
