import { randomBytes } from 'node:crypto';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { makeMany } from '../support/many-environments.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import { beHook, beHookOk, programPath } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';

const test = suite('space in be-hook list');

const MiB = 1_048_576;

interface Space {
  readonly written: number | null;
  readonly exclusive: number | null;
  readonly referenced: number | null;
  readonly counts: string;
}

/** The space of each environment in `list --json`. */
async function spaces(fs: LoopBtrfs, ...words: string[]): Promise<Record<string, Space>> {
  const data = JSON.parse(await beHookOk('list', '--json', ...words, '--filesystem', fs.top)) as {
    environments: { name: string; space: Space }[];
  };
  return Object.fromEntries(data.environments.map(({ name, space }) => [name, space]));
}

const written = async (fs: LoopBtrfs, name: string): Promise<number> => (await spaces(fs))[name]?.written ?? -1;

/** Makes the environment one, with a cloned database and a shared /home. */
const withOne = preparedBtrfs(async (fs) => {
  const line = (mountpoint: string, subvolume: string): string =>
    `UUID=${fs.uuid} ${mountpoint} btrfs subvol=/${subvolume} 0 0\n`;
  const fstab = `${line('/', '@')}${line('/home', 'home')}${line('/db', 'db')}`;
  await makeRoot(fs, '@', { kernels: ['6.1.0-1'], fstab });
  for (const path of ['home', 'db']) await fs.subvolume(path);
  const where = ['--filesystem', fs.top];
  await beHookOk('adopt', '@', '--name', 'one', ...where);
  await beHookOk('volume', 'set', 'db', 'cloned', ...where);
});

test('is almost zero for a new copy, whatever was written to the source just before', async () => {
  await withOne(async (fs) => {
    const before = await written(fs, 'one');
    await writeFile(join(fs.top, '@/data'), randomBytes(5 * MiB));
    await beHookOk('create', 'two', '--filesystem', fs.top);
    assert.ok((await written(fs, 'two')) < 65_536, 'its fstab and its menu');
    const grown = (await written(fs, 'one')) - before;
    assert.ok(grown >= 5 * MiB && grown < 5 * MiB + 65_536, `${grown}: the file and the menu`);
  });
});

test('counts written data to the byte, in the environment that wrote it', async () => {
  await withOne(async (fs) => {
    await writeFile(join(fs.top, '@/old'), randomBytes(MiB));
    await beHookOk('create', 'two', '--filesystem', fs.top);
    const root = join(fs.top, 'be-hook/two/root');
    const base = await spaces(fs);
    const grown = async (name: string): Promise<number> => (await written(fs, name)) - (base[name]?.written ?? 0);

    await writeFile(join(root, 'new'), randomBytes(3 * MiB));
    assert.is(await grown('two'), 3 * MiB);
    await writeFile(join(root, 'small'), 'x'.repeat(77));
    assert.is(await grown('two'), 3 * MiB + 77, 'what lies inline has its own length');
    const old = await open(join(root, 'old'), 'r+');
    await old.write(randomBytes(8192), 0, 8192, 65_536);
    await old.close();
    assert.is(await grown('two'), 3 * MiB + 77 + 8192, 'a part of a file that it shares');
    await tool('fallocate', ['-l', String(MiB), join(root, 'reserved')]);
    assert.is(await grown('two'), 4 * MiB + 77 + 8192);
    await tool('truncate', ['-s', '1T', join(root, 'hole')]);
    await tool('cp', ['--reflink=always', join(fs.top, '@/old'), join(root, 'shared')]);
    assert.is(await grown('two'), 4 * MiB + 77 + 8192, 'neither a hole nor what was written elsewhere');
    await writeFile(join(fs.top, 'be-hook/two/volumes/db/table'), randomBytes(2 * MiB));
    assert.is(await grown('two'), 6 * MiB + 77 + 8192, 'its copy of a volume is a part of it');
    await writeFile(join(fs.top, 'home/letter'), randomBytes(MiB));
    await rm(join(root, 'new'));
    assert.is(
      await grown('two'),
      3 * MiB + 77 + 8192,
      'deleted data does not count, and shared data belongs to no environment',
    );
    assert.is(await grown('one'), 0);
  });
});

test('is not affected by file names with line breaks', async () => {
  await withOne(async (fs) => {
    const before = await written(fs, 'one');
    const names = ['a\ntransid marker was 9', 'b\n\n', 'c\nERROR: not a subvolume', 'd\nlen 5', 'transid marker was 9'];
    for (const name of names) await writeFile(join(fs.top, '@', name), randomBytes(4096));
    assert.is(await written(fs, 'one'), before + names.length * 4096);
  });
});

test('is shown on a read-only file system, and is not measured with --quick', async () => {
  await withOne(async (fs) => {
    await fs.remount('ro');
    assert.ok((await written(fs, 'one')) > 0);
    const { stdout } = await beHook('list', '--quick', '--filesystem', fs.top);
    assert.match(stdout, /^one +R +- +- +\d{4}-/m);
    await fs.remount();
  });
});

test('is measured as exclusive with --space, without enabling quotas', async () => {
  await withOne(async (fs) => {
    await writeFile(join(fs.top, '@/old'), randomBytes(4 * MiB));
    await beHookOk('create', 'two', '--filesystem', fs.top);
    const before = await spaces(fs, '--space');
    await writeFile(join(fs.top, 'be-hook/two/root/new'), randomBytes(3 * MiB));
    await writeFile(join(fs.top, 'be-hook/two/volumes/db/table'), randomBytes(MiB));
    const after = await spaces(fs, '--space');
    assert.is((after['two']?.exclusive ?? 0) - (before['two']?.exclusive ?? 0), 4 * MiB);
    assert.is((after['two']?.referenced ?? 0) - (before['two']?.referenced ?? 0), 4 * MiB);
    assert.is(after['one']?.exclusive, before['one']?.exclusive);
    assert.ok((before['one']?.exclusive ?? MiB) < MiB, 'what the copy has too is not its alone');
    assert.match(after['two']?.counts ?? '', 'file data, before compression, without metadata');

    // No other environment has the file any more.
    await rm(join(fs.top, 'be-hook/two/root/old'));
    assert.ok(((await spaces(fs, '--space'))['one']?.exclusive ?? 0) >= 4 * MiB);
    const table = await beHookOk('list', '--space', '--filesystem', fs.top);
    assert.match(table, /^NAME .* SPACE +EXCLUSIVE +CREATED/);
    assert.match(table, /^one .* 4\.\d\dM /m);
    const quota = await execa('btrfs', ['qgroup', 'show', fs.top], { reject: false });
    assert.is(quota.exitCode, 1, 'there are no quotas');
  });
});

test('is taken from quotas with --space if they are enabled, and reported as such', async () => {
  await withOne(async (fs) => {
    await tool('btrfs', ['quota', 'enable', fs.top]);
    await beHookOk('create', 'two', '--filesystem', fs.top);
    await writeFile(join(fs.top, 'be-hook/two/root/new'), randomBytes(3 * MiB));
    await writeFile(join(fs.top, 'be-hook/two/volumes/db/table'), randomBytes(MiB));
    const found = await spaces(fs, '--space');
    await tool('btrfs', ['quota', 'rescan', '-w', fs.top]);
    const groups = JSON.parse(await tool('btrfs', ['--format', 'json', 'qgroup', 'show', fs.top])) as {
      'qgroup-show': { qgroupid: string; exclusive: string; referenced: string }[];
    };
    const list = await tool('btrfs', ['subvolume', 'list', fs.top]);
    const ids = [...list.matchAll(/^ID (\d+) .* path be-hook\/two\//gm)].map(([, id = '']) => `0/${id}`);
    const own = groups['qgroup-show'].filter(({ qgroupid }) => ids.includes(qgroupid));
    assert.is(own.length, 2);
    const sum = (key: 'exclusive' | 'referenced'): number => own.reduce((all, group) => all + Number(group[key]), 0);
    assert.equal([found['two']?.exclusive, found['two']?.referenced], [sum('exclusive'), sum('referenced')]);
    assert.ok(sum('exclusive') > 4 * MiB);
    assert.match(found['two']?.counts ?? '', 'as quota groups count it');
    assert.is((await spaces(fs))['two']?.exclusive, null, 'it was not requested');
    const fields = await beHookOk('list', '-H', '--space', 'two', '--filesystem', fs.top);
    assert.is(fields.split(';')[4], String(sum('exclusive')));
  });
});

/** The CPU time of be-hook list, in seconds. */
async function cost(fs: LoopBtrfs, ...words: string[]): Promise<number> {
  const script = '"$@" >/dev/null || exit; times';
  const args = ['-c', script, 'sh', process.execPath, programPath, 'list', ...words, '--filesystem', fs.top];
  const { stdout } = await execa('sh', args);
  const children = stdout.split('\n')[1] ?? '';
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((all, [, m, s]) => all + Number(m) * 60 + Number(s), 0);
}

test('is measured in one pass for 1,000 environments, at a constant cost for each', async () => {
  await withBtrfs({ sizeMiB: 8192 }, async (fs) => {
    await makeRoot(fs, '@', { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', '@', '--name', 'one', '--filesystem', fs.top);
    const none = await cost(fs);
    await makeMany(fs, '@', 1, 199);
    const some = (await cost(fs)) - none;
    await makeMany(fs, '@', 200, 999);
    const all = (await cost(fs)) - none;
    const found = await spaces(fs);
    assert.is(Object.keys(found).length, 1000);
    assert.ok(Object.entries(found).every(([name, { written: bytes }]) => name === 'one' || bytes === 12_288));
    assert.ok(all < some * 8, `200 cost ${some} s, 1,000 cost ${all} s`);
  });
});

test.run();
