import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { withHookMachine } from '../support/hook-machine.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { needTool } from '../support/need-tool.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import { beHook, beHookOk } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';
import { buildPackage, makeTop } from '../support/rpm/build.ts';
import { must } from '../support/rpm/run.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';

const test = suite('be-hook diff: packages');

interface Moved {
  readonly name: string;
  readonly arch: string | null;
  readonly from: string;
  readonly to: string;
}

interface Single {
  readonly name: string;
  readonly arch: string | null;
  readonly version: string;
}

interface Shown {
  readonly from: string;
  readonly to: string;
  readonly packages: null | Readonly<
    Record<'added' | 'removed', Single[]> & Record<'changed' | 'upgraded' | 'downgraded', Moved[]>
  >;
  readonly kernels: { readonly added: string[]; readonly removed: string[] };
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

const dbpath = '/usr/lib/sysimage/rpm';
const kernel = 'Provides: installonlypkg(kernel)';

let top = '';
const packages = new Map<string, string>();

/** The path of a package built for these tests. */
function built(...names: readonly string[]): readonly string[] {
  return names.map((name) => packages.get(name) ?? name);
}

test.before(async () => {
  needTool('rpm', 'rpmbuild');
  top = await mkdtemp(join(tmpdir(), 'be-hook-diff-'));
  await makeTop(top);
  const dies = "%posttrans -p <lua>\nposix.kill(posix.getprocessid('pid'), 9)";
  for (const [name, version, head, scriptlets] of [
    ['app', '1.9', '', ''],
    ['app', '1.10', '', ''],
    ['back', '2.0', '', ''],
    ['back', '2.0~rc1', '', ''],
    ['epoch', '9', '', ''],
    ['epoch', '1', 'Epoch: 1', ''],
    ['gone', '1', '', ''],
    ['new', '1', '', ''],
    ['same', '1', '', ''],
    ['core', '6.1', kernel, ''],
    ['core', '6.2', kernel, ''],
    ['core', '6.3', kernel, ''],
    ['dies', '1', '', dies],
  ] as const) {
    const files = name === 'core' ? [`/usr/share/${name}-${version}`] : [`/usr/share/${name}`];
    packages.set(`${name}-${version}`, await buildPackage(top, { name, version, files, head, scriptlets }));
  }
});

test.after(async () => {
  await rm(top, { recursive: true, force: true });
});

async function rpm(root: string, ...args: readonly string[]): Promise<string> {
  return must('rpm', ['--root', root, '--dbpath', dbpath, ...args]);
}

const before = ['app-1.9', 'back-2.0', 'epoch-9', 'gone-1', 'same-1', 'core-6.1', 'core-6.2'];

/** Makes the environment old in /root, with the packages of `before`, and its copy young. */
const withDisk = preparedBtrfs(async (fs) => {
  const root = await makeRoot(fs, 'root', { kernels: ['6.1.0-1'] });
  await rpm(root, '-i', '--nodeps', ...built(...before));
  await beHookOk('adopt', 'root', '--name', 'old', '--filesystem', fs.top);
  await beHookOk('create', 'young', '--filesystem', fs.top);
});

async function withTwo(body: (fs: LoopBtrfs, old: string, young: string) => Promise<void>): Promise<void> {
  await withDisk((fs) => body(fs, join(fs.top, 'root'), join(fs.top, 'be-hook/young/root')));
}

async function upgrade(root: string): Promise<void> {
  await rpm(root, '-i', '--nodeps', ...built('core-6.3', 'new-1'));
  await rpm(root, '-U', '--nodeps', '--oldpackage', ...built('app-1.10', 'back-2.0~rc1', 'epoch-1'));
  await rpm(root, '-e', '--nodeps', 'gone', 'core-6.1');
}

async function diff(fs: string, from: string, to: string, ...words: readonly string[]): Promise<Shown> {
  return JSON.parse(await beHookOk('diff', from, to, '--json', '--filesystem', fs, ...words)) as Shown;
}

/** Name, architecture and version of all packages, as rpm prints them. */
async function askRpm(root: string): Promise<readonly string[]> {
  const format = '%{NAME} %{ARCH} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n';
  return (await rpm(root, '-qa', '--queryformat', format)).trim().split('\n').sort();
}

function without(all: readonly string[], others: readonly string[]): readonly string[] {
  return all.filter((candidate) => !others.includes(candidate));
}

test('reports the packages that rpm reports, and changes neither environment', async () => {
  await withTwo(async (fs, old, young) => {
    await upgrade(young);
    await fs.sync();
    const [tree, marker] = [await snapshotTree(fs.top), 'transid marker was'];
    const generation = /\d+$/.exec((await tool('btrfs', ['subvolume', 'find-new', young, '999999'])).trim())?.[0] ?? '';

    const shown = await diff(fs.top, 'old', 'young');

    await fs.sync();
    assert.equal(await snapshotTree(fs.top), tree);
    for (const root of [old, young])
      assert.match(
        await tool('btrfs', ['subvolume', 'find-new', root, generation]),
        new RegExp(`^${marker} \\d+\\s*$`),
      );
    const { added = [], removed = [], changed = [], upgraded = [], downgraded = [] } = shown.packages ?? {};
    assert.equal(
      upgraded.map((candidate) => [candidate.name, candidate.arch, candidate.from, candidate.to]),
      [
        ['app', 'noarch', '1.9-1', '1.10-1'],
        ['epoch', 'noarch', '9-1', '1:1-1'],
      ],
    );
    assert.equal(
      downgraded.map(({ name, from, to }) => [name, from, to]),
      [['back', '2.0-1', '2.0~rc1-1']],
    );
    assert.equal(
      changed.map(({ name }) => name),
      ['app', 'back', 'epoch'],
    );
    const plain = ({ name, arch, version }: Single): string => `${name} ${arch ?? ''} ${version}`;
    const [inOld, inYoung] = [await askRpm(old), await askRpm(young)];
    const came = [...added, ...changed.map((candidate) => ({ ...candidate, version: candidate.to }))].map(plain);
    const went = [...removed, ...changed.map((candidate) => ({ ...candidate, version: candidate.from }))].map(plain);
    assert.equal(came.sort(), without(inYoung, inOld));
    assert.equal(went.sort(), without(inOld, inYoung));
    assert.ok(added.some(({ name, version }) => name === 'core' && version === '6.3-1'));
    assert.ok(removed.some(({ name, version }) => name === 'core' && version === '6.1-1'));
  });
});

test('prints a table, and accepts a snapshot on either side', async () => {
  await withTwo(async (fs, _old, young) => {
    await beHookOk('snapshot', 'young@before', '--filesystem', fs.top);
    await upgrade(young);
    const table = await beHookOk('diff', 'young@before', 'young', '--filesystem', fs.top);
    const rows = table.split('\n').map((row) => row.split(/\s{2,}/));
    assert.equal(rows.slice(0, 5), [
      ['PACKAGE', 'CHANGE', 'FROM', 'TO'],
      ['app.noarch', 'upgraded', '1.9-1', '1.10-1'],
      ['epoch.noarch', 'upgraded', '9-1', '1:1-1'],
      ['back.noarch', 'downgraded', '2.0-1', '2.0~rc1-1'],
      ['core.noarch', 'added', '-', '6.3-1'],
    ]);
    const back = await diff(fs.top, 'young', 'young@before');
    assert.equal(
      back.packages?.downgraded.map(({ name }) => name),
      ['app', 'epoch'],
    );
    const same = await beHook('diff', 'young', 'young', '--filesystem', fs.top);
    assert.equal([same.status, same.stdout], [0, '']);
    assert.match(same.stderr, /^be-hook: no difference in packages, .*\n$/);
  });
});

test('reads the log that a killed transaction left beside the database', async () => {
  await withTwo(async (fs, old, young) => {
    await mkdir(join(young, 'tmp'), { recursive: true });
    const killed = await rpm(young, '-i', '--nodeps', ...built('dies-1')).catch(() => 'killed');
    assert.is(killed, 'killed');
    const log = join(young, dbpath, 'rpmdb.sqlite-wal');
    assert.ok((await stat(log)).size > 0, 'it was killed before it could put the log away');
    const tree = await snapshotTree(fs.top);
    const shown = await diff(fs.image, 'old', 'young');
    assert.equal(await snapshotTree(fs.top), tree);
    const names = without(await askRpm(young), await askRpm(old));
    assert.equal(names, ['dies noarch 1-1']);
    assert.equal(
      shown.packages?.added.map(({ name }) => name),
      ['dies'],
    );
  });
});

test('finds the database in another directory, on a separate volume', async () => {
  await withBtrfs({}, async (fs) => {
    const line = (mountpoint: string, path: string): string =>
      `UUID=${fs.uuid} ${mountpoint} btrfs subvol=/${path} 0 0\n`;
    const root = await makeRoot(fs, 'root', { kernels: ['6.1.0-1'], fstab: line('/', 'root') + line('/var', 'var') });
    await mkdir(join(root, 'var'));
    const volume = await fs.subvolume('var');
    const other = ['--dbpath', join(volume, 'lib/rpm'), '--nodeps', '--justdb', '-i'];
    await must('rpm', [...other, ...built('app-1.9')]);
    await beHookOk('adopt', 'root', '--name', 'old', '--filesystem', fs.top);
    await beHookOk('volume', 'set', 'var', 'cloned', '--filesystem', fs.top);
    await beHookOk('create', 'young', '--filesystem', fs.top);
    await must('rpm', [...other.with(1, join(fs.top, 'be-hook/young/volumes/var/lib/rpm')), ...built('new-1')]);
    const { packages: found, problems } = await diff(fs.top, 'old', 'young');
    assert.equal(problems, []);
    assert.equal(found, {
      added: [{ name: 'new', arch: 'noarch', version: '1-1' }],
      removed: [],
      changed: [],
      upgraded: [],
      downgraded: [],
    });
  });
});

test('compares files if a database is missing, damaged or behind a link', async () => {
  await withTwo(async (fs, _old, young) => {
    const database = join(young, dbpath);
    const victim = join(top, 'victim');
    await writeFile(victim, 'as it was');
    await rm(join(database, 'rpmdb.sqlite-wal'), { force: true });
    await symlink(victim, join(database, 'rpmdb.sqlite-wal'));
    await writeFile(join(young, 'etc/new'), '');
    const linked = await beHook('diff', 'old', 'young', '--filesystem', fs.top);
    assert.is(linked.status, 0);
    assert.match(linked.stderr, 'cannot compare the packages of “young”: there is a symbolic link');
    assert.match(linked.stdout, /^\/etc\/new +added$/m);
    assert.is((await stat(victim)).size, 9);

    await writeFile(join(database, 'rpmdb.sqlite'), 'no database\n'.repeat(1000));
    await rm(join(database, 'rpmdb.sqlite-wal'));
    assert.match((await diff(fs.top, 'old', 'young')).problems[0]?.message ?? '', 'rpm cannot read');

    await rm(database, { recursive: true });
    await mkdir(database);
    await writeFile(join(database, 'Packages.db'), 'RpmP');
    const foreign = 'has a format that this machine’s rpm does not know';
    if (!(await must('rpm', ['--showrc'])).includes(' ndb'))
      assert.match((await diff(fs.top, 'old', 'young')).problems[0]?.message ?? '', foreign);

    await rm(database, { recursive: true });
    const shown = await diff(fs.top, 'old', 'young');
    assert.is(shown.packages, null);
    assert.equal(
      shown.problems.map(({ code, message }) => [code, message]),
      [['packages-unknown', 'cannot compare the packages of “young”: it has no rpm database']],
    );
  });
});

test('compares the running environment with another one', async () => {
  await withHookMachine(async (machine) => {
    const [old, young] = [join(machine.fs.top, '@be1'), join(machine.fs.top, '@be2')];
    for (const root of [old, young]) await rpm(root, '-i', '--nodeps', ...built('same-1', 'app-1.9'));
    await rpm(young, '-U', '--nodeps', ...built('app-1.10'));
    const shown = (await machine.json('diff', 'be1', 'be2')) as Shown;
    assert.equal(shown.problems, []);
    assert.equal(shown.packages?.upgraded, [{ name: 'app', arch: 'noarch', from: '1.9-1', to: '1.10-1' }]);
    // The machine writes the name of its environment into each image and initramfs.
    const changed = [{ release: '6.1.0-1', what: ['image', 'initramfs'] }];
    assert.equal(shown.kernels, { added: [], removed: ['6.1.0-2'], changed });
  });
});

test('refuses wrong arguments and unknown names', async () => {
  await withTwo(async (fs) => {
    for (const [words, status] of [
      [['old'], 64],
      [[], 64],
      [['old', 'young', 'old'], 64],
      [['old', 'missing'], 3],
      [['missing', 'old'], 3],
      [['old@nothing', 'old'], 3],
    ] as const) {
      const ended = await beHook('diff', ...words, '--filesystem', fs.top);
      assert.equal([ended.status, ended.stdout], [status, ''], words.join(' '));
      assert.is(ended.stderr.split('\n').length, 2, ended.stderr);
    }
  });
});

test.run();
