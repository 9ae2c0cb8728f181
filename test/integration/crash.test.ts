import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { budget } from '../support/budget.ts';
import { defaultOf, installKernel, menuDirectories, newRelease, withTwo } from '../support/crash-scene.ts';
import { crossCheck } from '../support/cross-check.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, menuOf, programPath } from '../support/program.ts';
import { type CallPoint, decisiveCalls, readSystemCalls } from '../support/system-calls.ts';

const test = suite('a crash or a parallel run of sync');

/** The system calls with which a sync changes the machine. */
const changes = 'rename,fsync,fchmod,fchown,unlink,rmdir,mkdir,openat,write,pwrite64,clone,vfork,clone3';

test('leaves a complete menu at any change, and the next sync completes the work', async () => {
  await withTwo(async (fs) => {
    const before = await readFile(join(fs.top, menuDirectories[0], 'be-hook.cfg'), 'utf8');
    await installKernel(fs.top);
    const points = await findPoints(fs);
    const after = await readFile(join(fs.top, menuDirectories[0], 'be-hook.cfg'), 'utf8');
    assert.is.not(after, before);
    const survived: string[] = [];
    for (const { call, nth } of points) {
      for (const home of menuDirectories) await writeFile(join(fs.top, home, 'be-hook.cfg'), before);
      await fs.sync();

      const signal = await strace(fs, ['-e', `inject=${call}:signal=SIGKILL:when=${nth}`]);
      // Node's threads wake each other with `write`. The number of these calls differs from run to run.
      if (signal !== 'SIGKILL' && call !== 'write') survived.push(`${call} ${nth}: ${signal}`);

      for (const home of menuDirectories) {
        const text = await readFile(join(fs.top, home, 'be-hook.cfg'), 'utf8');
        assert.ok(text === before || text === after, `${home} is whole after ${call} ${nth}`);
      }
      await beHookOk('sync', '--filesystem', fs.top);
      for (const home of menuDirectories) {
        assert.is(await readFile(join(fs.top, home, 'be-hook.cfg'), 'utf8'), after);
        assert.equal((await readdir(join(fs.top, home))).sort(), ['be-hook.cfg', 'grub.cfg']);
      }
    }
    assert.ok(points.length >= 20, `${points.length} points`);
    // Other tests use loop devices at the same time, so the number of files that sync reads below /sys and /proc varies.
    assert.ok(survived.length * 10 <= points.length, survived.join('; '));
    await crossCheck(fs, menuDirectories);
  });
});

/**
 * The system calls from the first file that a sync creates. With a larger budget these are also calls that only read or
 * wake a thread.
 */
async function findPoints(fs: LoopBtrfs): Promise<readonly CallPoint[]> {
  const log = join(fs.top, 'calls');
  await strace(fs, ['-y', '-o', log]);
  const points = readSystemCalls(await readFile(log, 'utf8'));
  await rm(log);
  const first = points.findIndex(({ line }) => line.includes('O_CREAT'));
  const chosen = budget() > 1 ? points : decisiveCalls(points);
  return first < 0 ? [] : chosen.filter((point) => points.indexOf(point) >= first);
}

async function strace(fs: LoopBtrfs, words: readonly string[]): Promise<string | undefined> {
  const program = [process.execPath, programPath, 'sync', '--filesystem', fs.top];
  const log = words.includes('-o') ? [] : ['-o', '/dev/null'];
  const ended = await execa('strace', ['-e', `trace=${changes}`, ...log, ...words, ...program], {
    reject: false,
    extendEnv: false,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  return ended.signal;
}

test('has one writer at a time, and readers do not wait', async () => {
  await withTwo(async (fs) => {
    await installKernel(fs.top);

    const writers = Array.from({ length: 4 }, () => beHook('sync', '--filesystem', fs.top));
    const reader = await beHook('list', '--filesystem', fs.top);
    const ended = await Promise.all(writers);

    assert.is(reader.status, 0);
    for (const { status, stderr } of ended) assert.is(status, 0, stderr);
    assert.is((await menuOf(fs.top)).default, defaultOf(newRelease));
    await crossCheck(fs, menuDirectories);
  });
});

test.run();
