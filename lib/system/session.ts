import { setTimeout } from 'node:timers/promises';
import { type Mount, parseMountinfo } from '../formats/mountinfo.ts';
import { accept } from '../model/accept.ts';
import type { FilesystemId } from '../model/place.ts';
import { BeHookError } from '../model/problem.ts';
import type { Where } from '../model/where.ts';
import { mountOn, openedBoot, runningBoot } from './boot-mount.ts';
import { awaitReady } from './companion.ts';
import { companionArgs, companionVariable, mountpoint } from './companion-command.ts';
import type { EarlyCompanion } from './early-companion.ts';
import { enteredEnvironment } from './entered.ts';
import { realPath, stat } from './files.ts';
import { listsOnce, type SubvolumeLists } from './first-lists.ts';
import { openGivenBoot } from './given-boot.ts';
import { explainByDevices } from './missing-devices.ts';
import {
  filesystemOf,
  loopDeviceOf,
  type MountedFilesystem,
  mountOf,
  type OpenFilesystem,
  readMounts,
} from './mounts.ts';
import { openOfflineBoot } from './offline-boot.ts';
import { readProc } from './proc.ts';
import { findReadOnlyMount } from './read-only-mount.ts';
import { follow, type Started, start } from './start.ts';
import { unfreezeAbandoned } from './unfreeze.ts';

/** The place of the top level of an opened file system. */
export interface SessionPlace {
  /** The directory of the top level for this process and for programs that it starts. */
  readonly top: string;
  /** Starts a program where the top level is mounted at `mountedAt`: some programs need to find the mount of a path. */
  readonly enter: readonly [program: string, ...args: readonly string[]];
  readonly mountedAt: string;
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
  /** The lists of subvolumes that the companion printed, once and only if `lists` was set. */
  readonly takeLists: () => Promise<SubvolumeLists | undefined>;
  readonly close: () => Promise<void>;
}

/** The file system to open, and how to open it. */
export interface SessionOptions {
  /** Undefined is the file system of `/`. */
  readonly where: Where | undefined;
  /** A writer holds the lock. A reader mounts read-only, and waits only with `alone`. */
  readonly write: boolean;
  /** Whether a reader waits for the lock too, as a writer does. */
  readonly alone?: boolean;
  /** How long to wait for the lock. */
  readonly lockSeconds: number;
  /**
   * Whether the session begins with an observation. Then the companion lists the subvolumes as soon as it has mounted the
   * top level: it starts a program in less time than Node.js does.
   */
  readonly lists?: boolean;
  /** A companion that a hook started before. */
  readonly early?: EarlyCompanion | undefined;
}

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

/**
 * Opens a file system for `body`, and closes it when that ends. Throws what `openSession`, `openGivenBoot`
 * and `body` throw.
 */
export async function withSession<T>(options: SessionOptions, body: (session: Session) => Promise<T> | T): Promise<T> {
  const session = await openSession(options);
  try {
    const boot = await openBoot(session, options);
    if (boot === undefined) return await body(session);
    if (options.write) await unfreezeAbandoned(boot);
    return await body({ ...session, opened: { ...session.opened, boot } });
  } finally {
    await session.close();
  }
}

/** The separate /boot of a session; undefined without one. */
async function openBoot(session: Session, { where, write }: SessionOptions): Promise<OpenFilesystem | undefined> {
  if (where?.boot !== undefined) return openGivenBoot(session, where.boot, write);
  return session.opened.boot ?? openOfflineBoot(session, write);
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
  const path = realPath(where?.filesystem ?? '/') ?? '';
  if (!(error instanceof BeHookError) || stat(path)?.kind !== 'file') return false;
  const { problem } = error;
  return problem.code === 'not-btrfs' ? problem.where !== path : ['tool-failed', 'internal'].includes(problem.code);
}

async function open(asked: SessionOptions): Promise<Session> {
  const { where, write, alone = write, lockSeconds, lists = false, early } = asked;
  const mounts = readMounts();
  const device = findDevice(where?.filesystem ?? '/', write, mounts);
  const image = stat(device)?.kind === 'file';
  const boot = runningBoot(device, mounts, write);
  const lock = alone ? lockSeconds : undefined;
  const args = companionArgs({ device, write, image, lockSeconds: lock, lists, boot });
  const companion = await startProcess(early, args)
    .then((process) => awaitReady(process, (line, stderr) => refusal(line, stderr, device, lockSeconds)))
    .catch(async (error: unknown) => {
      throw (await explainByDevices(device, error)) ?? error;
    });
  const top = `/proc/${companion.pid}/root${mountpoint}`;
  const inside = accept(parseMountinfo(readProc(`/proc/${companion.pid}/mountinfo`)));
  const own = mountOn(mountpoint, inside);
  // The source of the mount of an image is its loop device.
  const { device: number = '', source = device } = own ?? {};
  const filesystem = filesystemOf(image ? source : device);
  if (filesystem === undefined) {
    await companion.close();
    throw new BeHookError({ code: 'internal', text: `the kernel does not list ${device} as a btrfs` });
  }
  const enter = ['nsenter', `--mount=/proc/${companion.pid}/ns/mnt`, '--'] as const;
  const { pid, close } = companion;
  const expected = { write, device: boot === undefined ? '' : mountOn('/boot', mounts)?.device };
  const openBoot = openedBoot(pid, inside, expected);
  const opened = { root: { top, type: 'btrfs', source }, ...(openBoot && { boot: openBoot }) } as const;
  const takeLists = lists ? listsOnce(companion) : (): Promise<undefined> => Promise.resolve(undefined);
  const place = { top, opened, filesystem, device: number, source, pid, mounts, enter, mountedAt: mountpoint };
  return { ...place, takeLists, close };
}

/** The process of the companion. A companion that a hook started for another session may hold the lock: it has to end. */
async function startProcess(early: EarlyCompanion | undefined, args: readonly string[]): Promise<Started> {
  if (early?.child.exitCode === null && early.child.signalCode === null) {
    const process = follow(early.child, 'unshare');
    if (JSON.stringify(early.args) === JSON.stringify(args)) return process;
    early.release();
    process.stdout.resume();
    await process.end;
  }
  return start('unshare', args, { env: { [companionVariable]: '1' } });
}

function findDevice(where: string, write: boolean, mounts: readonly Mount[]): string {
  const path = realPath(where);
  const found = path === undefined ? undefined : stat(path);
  if (path === undefined || found === undefined) {
    throw new BeHookError({ code: 'no-such-place', where: where });
  }
  if (found.kind === 'file' || found.kind === 'other') {
    const device = found.kind === 'file' ? (loopDeviceOf(path) ?? path) : path;
    if (write) refuseReadOnly(findReadOnlyMount(device, mounts));
    return device;
  }
  const mount = mountOf(path, mounts);
  if (mount?.type !== 'btrfs') {
    throw new BeHookError({ code: 'not-btrfs', where: where, found: mount?.type ?? 'not mounted' });
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
