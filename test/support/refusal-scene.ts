import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import * as assert from 'uvu/assert';
import { tool } from './guest/tool.ts';
import type { BtrfsOptions, LoopBtrfs } from './loop-btrfs.ts';
import { withBtrfs } from './loop-btrfs.ts';
import { preparedBtrfs } from './prepared-btrfs.ts';
import { beHook, beHookOk, type Ran } from './program.ts';
import { makeRoot } from './root-tree.ts';
import { snapshotTree } from './snapshot-tree.ts';

/** A file system that several tests share, because no test changes it. */
export interface Scene {
  readonly fs: LoopBtrfs;
  /** A directory on another file system, with an empty directory `m`. */
  readonly scratch: string;
  at(path: string): string;
}

/** A scene for a whole suite: call `open` in its `before` and `close` in its `after`. */
export function sharedScene(
  make: (fs: LoopBtrfs) => Promise<void>,
  options: BtrfsOptions = {},
): { readonly open: () => Promise<void>; readonly close: () => Promise<void>; readonly scene: () => Scene } {
  let scene: Scene | undefined;
  let end: () => void = () => undefined;
  let ended: Promise<void> = Promise.resolve();
  const open = async (): Promise<void> => {
    const scratch = await mkdtemp(join(tmpdir(), 'be-hook-scratch-'));
    await mkdir(join(scratch, 'm'));
    await new Promise<void>((resolve, reject) => {
      ended = withBtrfs(options, async (fs) => {
        await make(fs);
        scene = { fs, scratch, at: (path) => join(fs.top, path) };
        resolve();
        await new Promise<void>((finish) => {
          end = finish;
        });
      }).finally(() => sweep(scratch));
      ended.catch(reject);
    });
  };
  return {
    open,
    close: async () => {
      end();
      await ended;
    },
    scene: () => {
      if (scene === undefined) throw new Error('the scene is not open');
      return scene;
    },
  };
}

/** A failed script may have left mounts. */
async function sweep(scratch: string): Promise<void> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const mounted = lines.flatMap((line) => line.split(' ')[4] ?? []).filter((path) => path.startsWith(scratch));
  for (const path of mounted.reverse()) await tool('umount', ['--lazy', path]);
  await rm(scratch, { recursive: true, force: true });
}

/**
 * `be1`, which boots by default, with the volume /srv/db; `be2`, which is not in use, with an inner subvolume and the
 * snapshot `s`; and `made`, a copy of `be1` with its own copy of the volume.
 */
export async function threeEnvironments(fs: LoopBtrfs): Promise<void> {
  const fstab =
    `UUID=${fs.uuid} / btrfs subvol=/@be1,defaults 0 0\n` + `UUID=${fs.uuid} /srv/db btrfs subvol=/@db 0 0\n`;
  await makeRoot(fs, '@be1', { kernels: ['6.1.0-1'], fstab });
  await makeRoot(fs, '@be2', { kernels: ['6.9.0-1'] });
  await fs.subvolume('@be2/var/lib/machines');
  await fs.subvolume('@db');
  await mkdir(join(fs.top, 'deep'));
  await tool('cp', ['/bin/sleep', join(fs.top, '@be2/usr/lib/sleep')]);
  const run = (...words: readonly string[]): Promise<string> => beHookOk(...words, '--filesystem', fs.top);
  for (const subvolume of ['@be1', '@be2']) await run('adopt', subvolume);
  await run('volume', 'set', '/srv/db', 'cloned');
  await run('snapshot', 'be2@s');
  await run('create', 'made', '-e', 'be1');
  await run('snapshot', 'made@s');
  await run('sync');
}

/** The environments of {@link threeEnvironments}, on a file system that a test may change. */
export const withThreeEnvironments = preparedBtrfs(threeEnvironments);

/** The whole state of a file system: every file, every subvolume and its flags, every attribute of be-hook. */
export async function wholeState({ fs }: Pick<Scene, 'fs'>): Promise<readonly string[]> {
  await fs.sync();
  const marks = await tool('getfattr', ['-R', '-P', '-h', '-d', '-m', '^trusted', '--absolute-names', fs.top]);
  const list = (...flags: readonly string[]): Promise<string> =>
    tool('btrfs', ['subvolume', 'list', '-u', '-q', ...flags, fs.top]);
  const lists = [(await list()).replace(/ gen \d+/g, ''), (await list('-r')).replace(/ gen \d+/g, '')];
  // The kernel may write pages to an active swap file at any time.
  const tree = (await snapshotTree(fs.top)).map((line) => line.replace(/(\/swap\b.*) [0-9a-f]{64}$/, '$1'));
  return [...tree, ...marks.trim().split(/\n\n+/).sort(), ...lists];
}

/** Compares two whole states, and prints only the differences. */
export function unchanged(before: readonly string[], after: readonly string[], what: string): void {
  const lost = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  const come = after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
  assert.equal([...lost, ...come], [], `${what} changed something`);
}

/** An expected refusal. */
export interface Refusal {
  readonly status: number;
  readonly says: RegExp;
  /** Lines of the state that the kernel itself may change: the content of an active swap file. */
  readonly kernelWrites?: RegExp;
}

/** Runs `be-hook` with these arguments several times. It must refuse with one line and change nothing. */
export async function refuses(
  scene: Pick<Scene, 'fs'>,
  commands: readonly (readonly string[])[],
  expected: Refusal,
): Promise<void> {
  const state = async (): Promise<readonly string[]> =>
    (await wholeState(scene)).filter((line) => expected.kernelWrites?.test(line) !== true);
  const before = await state();
  for (const words of commands) {
    const [verb = '', ...rest] = words;
    checkRefusal(await beHook(verb, '--filesystem', scene.fs.top, ...rest), expected, words);
  }
  unchanged(before, await state(), commands.map((words) => words.join(' ')).join(', '));
}

/** Compares the result of a refusing program with the expected refusal. */
export function checkRefusal(
  { status, stdout, stderr }: Ran,
  expected: { readonly status: number; readonly says: RegExp },
  words: readonly string[],
): void {
  assert.ok(expected.says.test(stderr), `${words.join(' ')} said: ${stderr}`);
  assert.is(status, expected.status, `${words.join(' ')}: ${stderr}`);
  checkRefusalOutput({ status, stdout, stderr }, words);
  assert.match(stderr, /^be-hook: [^\n]*; [^\n]*\n$/, 'one line says what is wrong and what to do');
}

/** Checks the standard output of a refusal against the manual: empty, or with `--json` the refusal as an object. */
export function checkRefusalOutput({ status, stdout, stderr }: Ran, words: readonly string[]): void {
  if (!words.includes('--json')) {
    assert.is(stdout, '', words.join(' '));
    return;
  }
  const { version, error } = JSON.parse(stdout) as { version: number; error: Record<string, unknown> };
  assert.equal([version, error['exitStatus'], typeof error['code']], [1, status, 'string'], stdout);
  assert.is(`be-hook: ${String(error['message'])}; ${String(error['hint'])}\n`, stderr);
}

/**
 * Runs `body` while a fixed sh program keeps a state: the program makes the state, prints `ready`, waits until its input
 * ends, and undoes the state. Its arguments are the device of the file system, its top level, and the scratch directory.
 */
export async function during<T>({ fs, scratch }: Scene, script: string, body: () => Promise<T>): Promise<T> {
  const program = execa(
    'sh',
    ['-eu', '-c', `device=$1 top=$2 scratch=$3\n${script}`, 'sh', fs.device, fs.top, scratch],
    {
      extendEnv: false,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      cwd: '/',
      reject: false,
      buffer: { stdout: false },
    },
  );
  const said = await new Promise<string>((resolve) => {
    program.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    program.stdout.once('close', () => resolve(''));
  });
  try {
    if (said !== 'ready\n') throw new Error(`the script did not get ready: ${(await program).stderr}`);
    return await body();
  } finally {
    program.stdin.end();
    const { exitCode, stderr } = await program;
    assert.is(exitCode, 0, `the script failed: ${stderr}`);
  }
}
