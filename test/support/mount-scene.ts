import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import * as assert from 'uvu/assert';
import { tool } from './guest/tool.ts';
import { withTwoSystems } from './inner-system.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';
import { beHook } from './program.ts';
import { mountsHere } from './seen-mounts.ts';

/** Exit statuses that the manual documents for scripts. */
export const codes = { noSuch: 3, inUse: 5, mounted: 6, busy: 8, unfit: 10, already: 12, notMounted: 13, readOnly: 73 };

/** The default mount point of an environment. */
export const base = '/run/be-hook/mnt';

/** A directory for the mount points of a test. All mounts there end with it. */
export async function withPlace(body: (place: string) => Promise<void>): Promise<void> {
  const place = await mkdtemp(join(tmpdir(), 'be-hook-place-'));
  try {
    await body(place);
  } finally {
    const left = (await readFile('/proc/self/mountinfo', 'utf8'))
      .split('\n')
      .flatMap((line) => line.split(' ')[4] ?? []);
    for (const one of left.reverse()) if (one.startsWith(`${place}/`)) await tool('umount', ['--lazy', one]);
    await rm(place, { recursive: true, force: true });
  }
}

/** The two systems of inner-system, a directory for mount points, and the arguments that name the file system. */
export async function withSystems(
  body: (fs: LoopBtrfs, place: string, where: readonly string[]) => Promise<void>,
): Promise<void> {
  await withTwoSystems((fs) => withPlace((place) => body(fs, place, ['--filesystem', fs.top])));
}

/** The mounts of a scratch filesystem except its top level, as text. */
export async function seen(fs: LoopBtrfs): Promise<readonly string[]> {
  return (await mountsHere(fs)).map(({ root, mountpoint }) => `${root} on ${mountpoint}`);
}

/** Checks a refusal: its exit status, one line on stderr, no output on stdout, and no change of mounts. */
export async function assertRefused(
  fs: LoopBtrfs,
  code: number,
  words: RegExp,
  ...args: readonly string[]
): Promise<void> {
  const before = await seen(fs);
  const { status, stdout, stderr } = await beHook(...args);
  assert.is(status, code, stderr);
  assert.is(stdout, '');
  assert.match(stderr, words);
  assert.match(stderr, /^be-hook: [^\n]*; [^\n]*\n$/);
  assert.equal(await seen(fs), before);
}

/** Runs `body` while the working directory of a process is there. */
export async function occupied(directory: string, body: () => Promise<void>): Promise<void> {
  const child = execa('sleep', ['60'], { cwd: directory, reject: false });
  try {
    await body();
  } finally {
    child.kill('SIGKILL');
    await child;
  }
}
