import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { onTerminal } from '../support/dialect.ts';
import { tool } from '../support/guest/tool.ts';
import { withHookMachine } from '../support/hook-machine.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import { beHook, beHookOk, programPath } from '../support/program.ts';
import { checkRefusalOutput } from '../support/refusal-scene.ts';
import { makeRoot } from '../support/root-tree.ts';

const test = suite('be-hook list');

type Run = (...words: string[]) => Promise<string>;

/** Makes the environment fedora in /root, with a cloned database and a shared /home, and its copy two. */
const withDisk = preparedBtrfs(async (fs) => {
  const line = (mountpoint: string, subvolume: string): string =>
    `UUID=${fs.uuid} ${mountpoint} btrfs subvol=/${subvolume} 0 0\n`;
  const fstab = `${line('/', 'root')}${line('/home', 'home')}${line('/var/lib/db', 'db')}`;
  await makeRoot(fs, 'root', { kernels: ['6.1.0-1', '6.10.0-2'], fstab });
  for (const path of ['home', 'db']) await fs.subvolume(path);
  const run = runIn(fs);
  await run('adopt', 'root', '--name', 'fedora');
  await run('volume', 'set', 'db', 'cloned');
  await run('create', 'two');
});

const runIn =
  ({ top }: LoopBtrfs): Run =>
  (...words) =>
    beHookOk(...words, '--filesystem', top);

async function withTwo(body: (fs: LoopBtrfs, run: Run) => Promise<void>): Promise<void> {
  await withDisk((fs) => body(fs, runIn(fs)));
}

/** The cells of each row, by the position of the headings. */
function cells(table: string): Record<string, string>[] {
  const [head = '', ...rows] = table.trimEnd().split('\n');
  const columns = [...head.matchAll(/\S+/g)].map((match) => ({ name: match[0], start: match.index }));
  return rows.map((row) =>
    Object.fromEntries(
      columns.map(({ name, start }, index) => [name, row.slice(start, columns[index + 1]?.start).trimEnd()]),
    ),
  );
}

async function shown(fs: LoopBtrfs, path: string): Promise<{ uuid: string; created: number }> {
  const text = await tool('btrfs', ['subvolume', 'show', join(fs.top, path)]);
  const value = (label: string): string => new RegExp(`^\\s*${label}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
  return {
    uuid: value('UUID'),
    created: Date.parse(value('Creation time').replace(' ', 'T').replace(' +', '+')) / 1000,
  };
}

test('prints a row for each environment, and no empty column', async () => {
  await withTwo(async (_fs, run) => {
    const [fedora, two] = cells(await run('list'));
    const heads = ['NAME', 'FLAGS', 'MOUNTPOINT', 'SPACE', 'CREATED', 'KERNELS', 'ORIGIN', 'HEALTH'];
    assert.equal(Object.keys(fedora ?? {}), heads);
    const { SPACE: space = '', CREATED: created = '', ...others } = fedora ?? {};
    const plain = { NAME: 'fedora', FLAGS: 'R', MOUNTPOINT: '-', KERNELS: '6.10.0-2 (+1)', ORIGIN: '-', HEALTH: 'ok' };
    assert.equal(others, plain);
    assert.match(space, /^[\d.]+K$/);
    assert.match(created, /^\d{4}-\d\d-\d\d \d\d:\d\d$/);
    assert.equal([two?.['NAME'], two?.['FLAGS'], two?.['ORIGIN']], ['two', '-', 'fedora']);

    await run('describe', 'two', 'for the upgrade');
    await run('destroy', '-F', 'two');
    await run('create', 'three', '-d', 'third');
    await run('describe', 'fedora', 'the first');
    const rows = cells(await run('list'));
    assert.equal(
      rows.map((row) => row['DESCRIPTION']),
      ['the first', 'third'],
    );
    assert.not.ok(Object.keys(cells(await run('list', 'fedora'))[0] ?? {}).includes('ORIGIN'), 'it has none');
  });
});

test('shows snapshots with -s, and also volumes with their policy with -a', async () => {
  await withTwo(async (_fs, run) => {
    await run('snapshot', 'two@before', '-d', 'as it was');
    const names = (table: string): (string | undefined)[] => cells(table).map((row) => row['NAME']);
    assert.equal(names(await run('list')), ['fedora', 'two']);
    assert.equal(names(await run('list', '-s')), ['fedora', 'two', '  two@before']);
    const all = cells(await run('list', '-a'));
    const policies = all.map((row) => [row['NAME'], row['POLICY'], row['DESCRIPTION']]);
    assert.equal(policies, [
      ['fedora', '-', '-'],
      ['  /home', '-', '-'],
      ['  /var/lib/db', 'cloned', '-'],
      ['two', '-', '-'],
      ['  two@before', '-', 'as it was'],
      ['  /home', '-', '-'],
      ['  /var/lib/db', 'cloned', '-'],
    ]);
    await run('volume', 'set', 'home', 'shared');
    await run('volume', 'set', 'db', 'cloned', '--at', 'boot');
    const changed = cells(await run('list', '-a', 'fedora')).map((row) => row['POLICY']);
    assert.equal(changed, ['-', 'shared', 'cloned at boot']);
  });
});

test('prints the fields of beadm with -H: bytes, seconds and empty fields', async () => {
  await withTwo(async (fs, run) => {
    await run('snapshot', 'two@before');
    const [root, two, kept] = await Promise.all([
      shown(fs, 'root'),
      shown(fs, 'be-hook/two/root'),
      shown(fs, 'be-hook/two@before/root'),
    ]);
    const lines = (text: string): string[][] =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => line.split(';'));
    const [first = [], second = []] = lines(await run('list', '-H'));
    assert.equal([first.length, first.slice(0, 4), first[5]], [7, ['fedora', root.uuid, 'R', ''], 'static']);
    assert.equal([second.length, second.slice(0, 4), second[5]], [7, ['two', two.uuid, '', ''], 'static']);
    for (const [line, { created }] of [
      [first, root],
      [second, two],
    ] as const) {
      assert.match(line[4] ?? '', /^\d+$/);
      assert.ok(Math.abs(Number(line[6]) - created) <= 2, `${line[6]} is ${created}`);
    }
    const snapshots = lines(await run('list', '-H', '-s'));
    assert.equal(
      snapshots.map((line) => [line.length, ...line.slice(0, 2), line[3]]),
      [[5, 'two', 'two@before', 'static']],
    );
    assert.ok(Math.abs(Number(snapshots[0]?.[4]) - kept.created) <= 2);
    const all = lines(await run('list', '-Ha'));
    assert.equal(
      all.map((line) => [line.length, ...line.slice(0, 4)]),
      [
        [7, 'fedora', 'root', 'R', ''],
        [7, 'two', 'be-hook/two/root', '', ''],
        [7, 'two', 'be-hook/two/volumes/var-lib-db', '', ''],
        [7, 'two', 'two@before', '', ''],
      ],
    );
  });
});

test('prints all properties with --json', async () => {
  await withTwo(async (_fs, run) => {
    await run('snapshot', 'two@before', '-d', 'as it was');
    await run('hold', 'two');
    interface Shown {
      [key: string]: unknown;
      snapshots: { name: string; description: string; space: { written: number | null } }[];
      volumes: { mountpoint: string; policy: string }[];
      space: { written: number; exclusive: null; counts: string };
    }
    const read = async (...words: string[]): Promise<Shown[]> =>
      (JSON.parse(await run('list', '--json', ...words)) as { environments: Shown[] }).environments;
    const [fedora, two] = await read();
    assert.equal(
      [fedora?.['description'], fedora?.['held'], fedora?.['next'], fedora?.['origin']],
      [null, false, false, null],
    );
    assert.equal([two?.['held'], two?.['origin']], [true, 'fedora']);
    assert.equal(
      two?.volumes.map(({ mountpoint, policy }) => [mountpoint, policy]),
      [
        ['/home', null],
        ['/var/lib/db', 'cloned'],
      ],
    );
    assert.equal([two?.snapshots[0]?.name, two?.snapshots[0]?.description], ['before', 'as it was']);
    assert.is(two?.snapshots[0]?.space.written, null, 'snapshots are measured when they are asked for');
    assert.type(two?.space.written, 'number');
    assert.is(two?.space.exclusive, null);
    assert.match(two?.space.counts ?? '', 'written: file data since it was made');
    assert.type((await read('-s'))[1]?.snapshots[0]?.space.written, 'number');
    const [quick] = await read('--quick');
    assert.is(quick?.space.written, null);
    assert.is((await read('two')).length, 1);
  });
});

test('sorts by the given key in ascending order', async () => {
  await withTwo(async (fs, run) => {
    // Creation times are in seconds.
    await sleep(1100);
    await run('create', 'another', '-e', 'two');
    for (const name of ['root', 'be-hook/two/root']) await rm(join(fs.top, name, 'boot/vmlinuz-6.10.0-2'));
    await rm(join(fs.top, 'be-hook/two/root/boot/vmlinuz-6.1.0-1'));
    await writeFile(join(fs.top, 'be-hook/two/root/big'), 'x'.repeat(900_000));
    const names = async (key: string): Promise<(string | undefined)[]> =>
      cells((await beHook('list', '--sort', key, '--filesystem', fs.top)).stdout).map((row) => row['NAME']);
    assert.equal(await names('name'), ['another', 'fedora', 'two']);
    assert.equal(await names('created'), ['fedora', 'two', 'another']);
    assert.equal(await names('space'), ['another', 'fedora', 'two']);
    assert.equal(await names('kernel'), ['two', 'fedora', 'another'], 'one without any comes first');
    const wrong = await beHook('list', '--sort', 'size', '--filesystem', fs.top);
    assert.equal([wrong.status, wrong.stdout], [64, '']);
    assert.match(wrong.stderr, /cannot sort by “size”; use one of: name, created, space, kernel/);
  });
});

test('shows the named environment, and refuses an unknown name', async () => {
  await withTwo(async (fs, run) => {
    assert.equal(
      cells(await run('list', 'two')).map((row) => row['NAME']),
      ['two'],
    );
    for (const words of [['three'], ['two@before'], ['-H', 'three'], ['--json', 'three']]) {
      const { status, stdout, stderr } = await beHook('list', ...words, '--filesystem', fs.top);
      assert.is(status, 3);
      checkRefusalOutput({ status, stdout, stderr }, words);
      assert.match(stderr, /cannot find the boot environment “.*”; use one of: fedora, two/);
    }
    for (const words of [
      ['--json', '-H'],
      ['--quick', '--space'],
      ['a', 'b'],
    ])
      assert.is((await beHook('list', ...words, '--filesystem', fs.top)).status, 64);
  });
});

test('shows in HEALTH which environments do not boot, and other problems', async () => {
  await withTwo(async (fs) => {
    await rm(join(fs.top, 'root/boot/initramfs-6.1.0-1.img'));
    await writeFile(join(fs.top, 'be-hook/two/root/etc/fstab'), 'nonsense\n');
    const { status, stdout, stderr } = await beHook('list', '--filesystem', fs.top);
    assert.equal(
      cells(stdout).map((row) => row['HEALTH']),
      ['1 problem', 'not bootable'],
    );
    assert.is(status, 0);
    assert.match(stderr, /^be-hook: warning: “fedora”: .* has no initramfs beside it/m);
    assert.match(stderr, /^be-hook: warning: \/be-hook\/two\/root\/etc\/fstab, line 1/m);
    const one = await beHook('list', 'two', '--filesystem', fs.top);
    assert.not.match(one.stderr, 'initramfs');
    assert.is((await beHook('list', '-H', '--filesystem', fs.top)).stderr, '');
  });
});

test('marks the running environment N and the default R', async () => {
  await withHookMachine(async (machine) => {
    const flags = async (): Promise<(string | undefined)[][]> => {
      const { stdout } = await machine.run(['be-hook', 'list', '--sort', 'name']);
      return cells(stdout).map((row) => [row['NAME'], row['FLAGS'], row['MOUNTPOINT']]);
    };
    const be = (...words: string[]): Promise<unknown> => machine.json(...words);
    assert.equal(await flags(), [
      ['be1', 'NR', '/'],
      ['be2', '-', '-'],
    ]);
    await be('activate', 'be2');
    assert.equal(await flags(), [
      ['be1', 'N', '/'],
      ['be2', 'R', '-'],
    ]);
    await be('create', '-a', 'be3');
    assert.equal(
      (await flags()).map((row) => row[1]),
      ['N', '-', 'R'],
    );
    await be('activate', 'be1');
    await be('destroy', '-F', 'be3');
    assert.equal(
      (await flags()).map((row) => row[1]),
      ['NR', '-'],
    );
    const { stdout } = await machine.run(['be-hook', 'list', '-H', 'be1']);
    assert.match(stdout, /^be1;[0-9a-f-]{36};NR;\/;\d+;static;\d+\n$/);
  });
});

test('prints no table for a file system without environments, but a message', async () => {
  await withBtrfs({ sizeMiB: 256 }, async (fs) => {
    const { status, stdout, stderr } = await beHook('list', '--filesystem', fs.top);
    assert.equal([status, stdout], [0, '']);
    assert.match(stderr, 'this file system has no boot environment');
    assert.equal(await beHook('list', '-H', '--filesystem', fs.top), { status: 0, stdout: '', stderr: '' });
  });
});

test('shows its progress on a terminal, and not in a pipe', async () => {
  await withTwo(async (fs) => {
    await mkdir(join(fs.top, 'root/new'));
    const words = ['list', '--space', '--filesystem', fs.top];
    const { status, stdout } = await onTerminal(programPath, words, '');
    assert.is(status, 0, stdout);
    assert.match(stdout, 'looking through 1 of 2');
    assert.match(stdout, 'exclusive (shared with nothing) and referenced: file data');
    const piped = await beHook(...words);
    assert.equal([piped.status, piped.stderr], [0, '']);
    assert.not.match(piped.stdout, 'looking');
  });
});

test.run();
