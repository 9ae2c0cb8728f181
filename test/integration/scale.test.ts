import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { beHookOk, programPath } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';

const test = suite('scale');

/**
 * How often be-hook and the programs that it starts make these system calls. Times depend on the machine; these numbers
 * do not.
 */
async function countCalls(calls: string, words: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-calls-'));
  try {
    const log = join(directory, 'log');
    await tool('strace', ['-f', '-qq', '-e', `trace=${calls}`, '-o', log, process.execPath, programPath, ...words]);
    const counts: Record<string, number> = {};
    for (const [, call = ''] of (await readFile(log, 'utf8')).matchAll(/^\d+ +(\w+)\(/gm)) {
      counts[call] = (counts[call] ?? 0) + 1;
    }
    return counts;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function callsOfCreate(files: number): Promise<number> {
  return withBtrfs({}, async (fs) => {
    const root = await makeRoot(fs, 'root', { kernels: ['6.1.0-1'] });
    await mkdir(join(root, 'usr/share/files'), { recursive: true });
    for (let n = 0; n < files; n += 1) await writeFile(join(root, 'usr/share/files', `f${n}`), '');
    await beHookOk('adopt', 'root', '--filesystem', fs.top);
    const calls = await countCalls('open,openat,stat,lstat,statx,newfstatat,getdents64', [
      'create',
      'new',
      '--filesystem',
      fs.top,
    ]);
    return Object.values(calls).reduce((sum, count) => sum + count, 0);
  });
}

test('create needs no more system calls for a root with 3,000 more files', async () => {
  const [few, many] = [await callsOfCreate(10), await callsOfCreate(3010)];
  assert.ok(Math.abs(many - few) < 200, `${few} calls for a few files, ${many} for many`);
});

async function addEnvironments(fs: LoopBtrfs, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 1) {
    await fs.snapshot('root', `c${n}`);
    const uuid = /^\s*UUID:\s*(\S+)/m.exec(await tool('btrfs', ['subvolume', 'show', join(fs.top, `c${n}`)]))?.[1];
    const mark = JSON.stringify({ version: 1, name: `c${n}`, uuid, created: 1_700_000_000 });
    await tool('setfattr', ['-n', 'trusted.be-hook.environment', '-v', mark, join(fs.top, `c${n}`)]);
  }
}

test('list starts no program for each environment, with a fixed number of calls', async () => {
  await withBtrfs({}, async (fs) => {
    await makeRoot(fs, 'root', { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', 'root', '--filesystem', fs.top);
    const measure = async (): Promise<{ programs: number; looks: number }> => {
      const calls = await countCalls('execve,statx,lstat,newfstatat', ['list', '--quick', '--filesystem', fs.top]);
      const { execve: programs = 0, ...others } = calls;
      return { programs, looks: Object.values(others).reduce((sum, count) => sum + count, 0) };
    };
    await addEnvironments(fs, 0, 10);
    const ten = await measure();
    await addEnvironments(fs, 10, 30);
    const thirty = await measure();
    await addEnvironments(fs, 30, 90);
    const ninety = await measure();

    assert.is(thirty.programs, ten.programs);
    assert.is(ninety.programs, ten.programs);
    const [first, second] = [(thirty.looks - ten.looks) / 20, (ninety.looks - thirty.looks) / 60];
    assert.ok(Math.abs(first - second) < 3, `${first} calls for each, then ${second}`);
  });
});

test.run();
