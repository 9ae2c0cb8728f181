import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { homes, withTwo } from '../support/crash-scene.ts';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf, menuOf, programPath } from '../support/program.ts';

const test = suite('crash of environments');

/** The system calls by which be-hook changes the machine, or starts a program that does. */
const changes = 'mkdir,rename,rmdir,unlink,openat,write,pwrite64,fsync,fchmod,fchown,chown,chmod,clone,clone3,vfork';

/** Of the calls of one command so many are tried, evenly spread. */
const tried = 12;

async function strace(words: readonly string[], command: readonly string[]): Promise<string | undefined> {
  const args = ['-e', `trace=${changes}`, ...words, process.execPath, programPath, ...command];
  const ended = await execa('strace', args, {
    reject: false,
    extendEnv: false,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  return ended.signal;
}

/** Calls of a command from the first one that changes the file system, each with how many of its kind were before. */
async function findPoints(
  log: string,
  command: readonly string[],
): Promise<readonly { readonly call: string; readonly nth: number }[]> {
  await strace(['-o', log], command);
  const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => /^\w+\(/.test(line));
  await rm(log);
  const first = lines.findIndex((line) => line.startsWith('mkdir(') || line.includes('O_CREAT'));
  const counts = new Map<string, number>();
  const points = lines.map((line) => {
    const call = line.slice(0, line.indexOf('('));
    const nth = (counts.get(call) ?? 0) + 1;
    counts.set(call, nth);
    return { call, nth };
  });
  const all = points.slice(Math.max(first, 0));
  const step = Math.max(1, all.length / tried);
  return all.filter((_point, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

/** Kills a command again and again, each time a little later; before each, `prepare`, and after each everything is whole. */
async function killEverywhere(fs: LoopBtrfs, command: readonly string[], prepare: () => Promise<void>): Promise<void> {
  const { top } = fs;
  const words = [...command, '--filesystem', top];
  await prepare();
  const points = await findPoints(`${top}.log`, words);
  let kills = 0;
  for (const { call, nth } of points) {
    await prepare();
    const before = await readFile(join(top, '@be2/etc/fstab'), 'utf8');

    const log = ['-o', '/dev/null', '-e', `inject=${call}:signal=SIGKILL:when=${nth}`];
    if ((await strace(log, words)) === 'SIGKILL') kills += 1;

    const label = `${command.join(' ')}, killed at ${call} ${nth}`;
    await checkMenus(fs, label);
    const sync = await beHook('sync', '--filesystem', top);
    assert.is(sync.status, 0, `${label}: ${sync.stderr}`);
    await checkSettled(fs, label);
    assert.is(await readFile(join(top, '@be2/etc/fstab'), 'utf8'), before, label);
  }
  assert.ok(kills >= points.length * 0.6, `${kills} kills at ${points.length} points`);
}

/** Every menu parses, and all that it offers is there: nothing that is on its way out is still offered. */
async function checkMenus({ top }: LoopBtrfs, label: string): Promise<void> {
  const { entries, default: standard } = await menuOf(top);
  assert.ok(
    entries.some(({ id }) => id === standard),
    label,
  );
  for (const { image, initrds } of entries) {
    for (const path of [image, ...initrds]) assert.match(await readFile(join(top, path), 'utf8'), /^(KERNEL|INITRD) /);
  }
}

async function checkSettled(fs: LoopBtrfs, label: string): Promise<void> {
  const { top } = fs;
  await checkMenus(fs, label);
  const again = await beHook('sync', '--dry-run', '--filesystem', top);
  assert.equal([again.stdout, again.stderr], ['', ''], label);
  const roots = (await listOf(top)).map(({ subvolume }) => subvolume.path);
  const all = (await tool('btrfs', ['subvolume', 'list', top]))
    .split('\n')
    .map((line) => line.replace(/^.* path /, ''));
  const lost = all.filter((path) => !roots.includes(path) && !path.startsWith('be-hook/new@kept/'));
  assert.equal(lost, [], `${label}: nothing is left that nobody accounts for`);
  const kept = (await readdir(join(top, 'be-hook'))).filter((name) => name !== 'history' && !name.startsWith('.'));
  const own = roots.flatMap((path) => /^be-hook\/([^/]+)/.exec(path)?.[1] ?? []);
  assert.equal(
    kept.filter((name) => !own.includes(name) && name !== 'new@kept'),
    [],
    label,
  );
}

async function exists({ top }: LoopBtrfs, name: string): Promise<boolean> {
  return (await listOf(top)).some((one) => one.name === name);
}

test('law 1: create, killed at any change, leaves a whole menu, and the next run leaves all or nothing of the copy', async () => {
  await withTwo(async (fs) => {
    await killEverywhere(fs, ['create', '-e', 'be2', '-a', 'new'], async () => {
      await beHookOk('activate', 'be1', '--filesystem', fs.top);
      if (await exists(fs, 'new')) await beHookOk('destroy', '-F', 'new', '--filesystem', fs.top);
    });
    assert.equal(await readdir(join(fs.top, homes[1])), ['be-hook.cfg', 'grub.cfg']);
  });
});

test('law 1: destroy, killed at any change, never leaves an entry of what is half gone, and the next run ends it', async () => {
  await withTwo(async (fs) => {
    await killEverywhere(fs, ['destroy', '-F', 'new'], async () => {
      if (!(await exists(fs, 'new'))) await beHookOk('create', '-e', 'be2', 'new', '--filesystem', fs.top);
    });
  });
});

test('law 1: rollback, killed at any change, leaves the environment as it was or as the snapshot has it', async () => {
  await withTwo(async (fs) => {
    await beHookOk('create', '-e', 'be2', 'new', '--filesystem', fs.top);
    await beHookOk('snapshot', 'new@kept', '--filesystem', fs.top);
    await killEverywhere(fs, ['rollback', 'new@kept'], () => Promise.resolve());
    assert.ok(await exists(fs, 'new'));
  });
});

test.run();
