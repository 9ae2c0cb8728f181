import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tool } from '../guest/tool.ts';
import type { LoopBtrfs } from '../loop-btrfs.ts';
import { mountBtrfs } from '../loop-btrfs.ts';
import { skip } from '../skip.ts';
import type { LoggedWrite, Mark } from './write-log.ts';
import { parseWriteLog } from './write-log.ts';

/** All writes of a program to the disk, on top of a known image. */
export interface Recording {
  /** The disk before the program ran. It does not change. */
  readonly base: string;
  readonly log: Buffer;
  readonly writes: readonly LoggedWrite[];
  /** The marks that the program set, in order. That of a mounted disk ends with `end`. */
  readonly marks: readonly Mark[];
}

/** The arguments of the recorded program: the mounted disk, and a function that sets a mark. */
export type Recorded = (fs: LoopBtrfs, mark: (name: string) => Promise<void>) => Promise<void>;

/** The same for a disk that is not mounted: its path. The log ends at the last mark. */
export type RecordedDisk = (disk: string, mark: (name: string) => Promise<void>) => Promise<void>;

/**
 * Runs `program` on a mounted copy of the btrfs image `base` and records every block that reaches the disk, in order.
 * Then runs `body` with the recording. The writes of the unmount are not included: the power is cut while the filesystem
 * is mounted.
 */
export async function withRecording<T>(
  base: string,
  program: Recorded,
  body: (recording: Recording) => Promise<T>,
): Promise<T> {
  const onDisk: RecordedDisk = (disk, mark) =>
    mountBtrfs([disk], async (fs) => {
      await program(fs, mark);
      await mark('end');
    });
  return await withDiskRecording(base, onDisk, body);
}

/**
 * Runs `program` with a copy of the image `base` and records every block that reaches the disk, in order, with
 * qemu-storage-daemon's blklogwrites: no device-mapper, no virtual machine. Then runs `body` with the recording.
 */
export async function withDiskRecording<T>(
  base: string,
  program: RecordedDisk,
  body: (recording: Recording) => Promise<T>,
): Promise<T> {
  await needsTools();
  const directory = await mkdtemp(join(await fastDirectory(), 'be-hook-power-'));
  try {
    return await body(await record(base, program, directory));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function needsTools(): Promise<void> {
  await tool('qemu-storage-daemon', ['--version']).catch(() => skip('there is no qemu-storage-daemon'));
  await stat('/dev/fuse').catch(() => skip('there is no FUSE: no block writes can be recorded'));
}

/** A tmpfs if there is one, because a hundred cuts copy the image a hundred times. */
export async function fastDirectory(): Promise<string> {
  for (const directory of [tmpdir(), '/dev/shm']) {
    const type = await tool('stat', ['--file-system', '--format=%T', directory]).catch(() => '');
    if (type === 'tmpfs') return directory;
  }
  return tmpdir();
}

async function record(base: string, program: RecordedDisk, directory: string): Promise<Recording> {
  const path = (name: string): string => join(directory, name);
  for (const [from, to] of [
    [base, 'base'],
    [base, 'disk'],
  ] as const) {
    await tool('cp', ['--sparse=always', from, path(to)]);
  }
  await writeFile(path('log'), '');
  await writeFile(path('export'), '');
  const sizes: { name: string; bytes: number }[] = [];
  const mark = async (name: string): Promise<void> => {
    sizes.push({ name, bytes: (await stat(path('log'))).size });
  };
  await withLoggingDisk(directory, (disk) => program(disk, mark));
  const log = await readFile(path('log'));
  const { writes, ends } = parseWriteLog(log);
  const marks = sizes.map(({ name, bytes }) => ({
    name,
    entries: ends.filter((end) => end <= bytes).length,
  }));
  const last = marks.at(-1)?.entries ?? 0;
  return { base: path('base'), log, writes: writes.slice(0, last), marks };
}

/** Exports the file `disk` as `export` in the same directory, and logs the writes to `log`. */
async function withLoggingDisk<T>(directory: string, body: (disk: string) => Promise<T>): Promise<T> {
  const file = (name: string): string => join(directory, name).replaceAll(',', ',,');
  const pidFile = join(directory, 'pid');
  await mkdir(directory, { recursive: true });
  await tool('qemu-storage-daemon', [
    ...['--blockdev', `driver=file,filename=${file('disk')},node-name=disk,discard=unmap`],
    ...['--blockdev', `driver=file,filename=${file('log')},node-name=log`],
    ...['--blockdev', 'driver=blklogwrites,file=disk,log=log,node-name=logged,log-sector-size=512,discard=unmap'],
    ...['--export', `type=fuse,id=export,node-name=logged,mountpoint=${file('export')},writable=on`],
    ...['--daemonize', '--pidfile', pidFile],
  ]);
  const pid = Number(await readFile(pidFile, 'utf8'));
  try {
    return await body(join(directory, 'export'));
  } finally {
    process.kill(pid, 'SIGTERM');
    for (let waited = 0; isRunning(pid); waited += 20) {
      if (waited > 10_000) process.kill(pid, 'SIGKILL');
      await sleep(20);
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
