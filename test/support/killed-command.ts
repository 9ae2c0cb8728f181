import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { LoopBtrfs } from './loop-btrfs.ts';
import { programPath } from './program.ts';
import { type CallPoint, readSystemCalls } from './system-calls.ts';

/** The system calls with which the program changes the machine, or starts a program that does. */
const changes = ['mkdir', 'rename', 'unlink', 'rmdir', 'fsync', 'fchmod', 'clone', 'vfork', 'clone3'];

/** The system calls that change something or start a program, from the first one that can change something. */
export async function findKillPoints(fs: LoopBtrfs, words: readonly string[]): Promise<readonly CallPoint[]> {
  const log = join(fs.top, 'calls');
  await straceCommand(fs, words, ['-o', log]);
  const points = readSystemCalls(await readFile(log, 'utf8'));
  // Programs that start before the first change of a file or directory only read.
  const first = points.findIndex(({ call }) => !/^(clone3?|vfork)$/.test(call));
  return points.slice(Math.max(0, first - 2));
}

/** Runs the program under strace, and waits until the programs end that it leaves running when it is killed. */
export async function straceCommand(
  fs: LoopBtrfs,
  words: readonly string[],
  options: readonly string[],
): Promise<void> {
  const program = [process.execPath, programPath, ...words, '--filesystem', fs.top];
  const traced = execa('strace', ['-e', `trace=${changes.join(',')}`, ...options, ...program], {
    reject: false,
    extendEnv: false,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
    detached: true,
  });
  const session = String(traced.pid);
  await traced;
  for (let tries = 0; tries < 600; tries += 1) {
    const left = await execa('ps', ['-o', 'pid=', '-s', session], { reject: false });
    if (left.stdout.trim() === '') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('what the program left behind does not end');
}

/** The same elements in a random order. */
export function shuffled<T>(all: readonly T[]): readonly T[] {
  return all
    .map((candidate) => ({ one: candidate, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
