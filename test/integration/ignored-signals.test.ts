import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withTwoSystems } from '../support/inner-system.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { copyProgram } from '../support/program.ts';

const test = suite('signals that a parent ignores');

const sourceOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Makes two systems, and installs the command in a separate directory. */
async function withScript(body: (fs: LoopBtrfs, script: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-signals-'));
  try {
    const text = await readFile(sourceOf('packaging/be-hook.sh'), 'utf8');
    const script = join(directory, 'be-hook');
    await writeFile(script, text.replace('lib=/usr/lib/be-hook', `lib=${directory}`), { mode: 0o755 });
    await copyFile(sourceOf('hooks/guard.sh'), join(directory, 'guard.sh'));
    await copyProgram(directory);
    await withTwoSystems(async (fs) => {
      await body(fs, script);
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Starts `be-hook exec be2` in a separate process group that ignores some signals. */
function start(fs: LoopBtrfs, script: string, ignored: string, command: string) {
  const words = [script, 'exec', '--filesystem', fs.top, 'be2', 'sh', '-c', command];
  return execa('sh', ['-c', `trap '' ${ignored}; exec "$@"`, 'sh', ...words], {
    detached: true,
    reject: false,
    timeout: 120_000,
  });
}

async function reached(fs: LoopBtrfs, running: ReturnType<typeof start>): Promise<void> {
  const file = join(fs.top, 'be-hook/be2/root/runs');
  while (!existsSync(file)) {
    assert.is(running.exitCode ?? undefined, undefined, 'it ended early');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for (const [ignored, signal] of [
  ['HUP', 'SIGHUP'],
  ['INT QUIT', 'SIGINT'],
  ['INT QUIT', 'SIGQUIT'],
] as const) {
  test(`(${signal}) do not end the command, as under nohup or in a background job`, async () => {
    await withScript(async (fs, script) => {
      const running = start(
        fs,
        script,
        ignored,
        'echo >/runs; for i in 1 2 3 4 5; do sleep 0.2; done; echo done; exit 4',
      );
      await reached(fs, running);
      process.kill(-(running.pid ?? 0), signal);
      const { exitCode, stdout, stderr } = await running;
      assert.equal([exitCode, stdout], [4, 'done'], stderr);
    });
  });
}

test('do not include a SIGHUP that the parent does not ignore: it ends the command', async () => {
  await withScript(async (fs, script) => {
    const running = start(fs, script, 'USR1', 'echo >/runs; while :; do sleep 0.1; done');
    await reached(fs, running);
    process.kill(-(running.pid ?? 0), 'SIGHUP');
    const { exitCode, signal } = await running;
    assert.ok(exitCode !== 0, `ended with ${exitCode ?? signal ?? ''}`);
  });
});

test.run();
