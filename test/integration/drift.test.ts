import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runInTree } from '../support/guest/root.ts';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import { type PackageSystem, withPackageSystem } from '../support/package-system.ts';
import { beHook, beHookOk, listOf, programPath } from '../support/program.ts';

const test = suite('drift of the running system');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c', 'diff3'));

const app = (version: string) => ({ name: 'app', version, files: ['/usr/share/app/version'] });
const other = { name: 'other', version: '1', files: ['/usr/share/other'] };

const lines = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';

/** The files of /etc before the upgrade. The copy has the same ones. */
const before: Readonly<Record<string, string>> = {
  removed: 'x',
  changed: 'old\n',
  'both-merge': lines,
  'both-conflict': lines,
  'both-alike': lines,
  'copy-removed': lines,
  mode: 'x\n',
};

interface Upgraded extends PackageSystem {
  /** The directories /etc of be1, and of its upgraded copy be1-2, which is not active yet. */
  readonly etc: string;
  readonly copied: string;
}

/** Makes be1 and its upgraded copy be1-2, with the same files in /etc. */
async function withUpgraded(body: (system: Upgraded) => Promise<void>): Promise<void> {
  await withPackageSystem([app('1')], async (system) => {
    const { fs, root, offer } = system;
    const etc = join(root, 'etc');
    const copied = join(fs.top, 'be-hook/be1-2/root/etc');
    for (const [name, text] of Object.entries(before)) await writeFile(join(etc, name), text);
    await offer([app('2')]);
    await beHookOk('upgrade', '--no-activate', '--filesystem', fs.top);
    await body({ ...system, etc, copied });
  });
}

async function editBoth({ etc, copied }: Upgraded): Promise<void> {
  await rm(join(etc, 'removed'));
  await writeFile(join(etc, 'changed'), 'new\n');
  await writeFile(join(etc, 'fstab'), `${await readFile(join(etc, 'fstab'), 'utf8')}# mine\n`);
  await mkdir(join(etc, 'added.d'), { mode: 0o750 });
  await writeFile(join(etc, 'added.d/file'), 'secret\n', { mode: 0o600 });
  await chown(join(etc, 'added.d/file'), 7, 8);
  await tool('setfattr', ['-n', 'user.note', '-v', 'kept', join(etc, 'added.d/file')]);
  await symlink('/nowhere/at/all', join(etc, 'link'));
  await chmod(join(etc, 'mode'), 0o600);
  for (const name of ['both-merge', 'both-conflict', 'both-alike', 'copy-removed']) {
    await writeFile(join(etc, name), lines.replace('one', 'ONE'));
  }
  await writeFile(join(copied, 'mode'), 'of the copy\n');
  await writeFile(join(copied, 'both-merge'), lines.replace('seven', 'SEVEN'));
  await writeFile(join(copied, 'both-conflict'), lines.replace('one', 'another one'));
  await writeFile(join(copied, 'both-alike'), lines.replace('one', 'ONE'));
  await rm(join(copied, 'copy-removed'));
}

const edited = [
  '/etc/added.d added take',
  '/etc/added.d/file added take',
  '/etc/both-alike changed same',
  '/etc/both-conflict changed conflict',
  '/etc/both-merge changed merge',
  '/etc/changed changed take',
  '/etc/copy-removed changed conflict',
  '/etc/fstab changed own',
  '/etc/link added take',
  '/etc/mode changed take',
  '/etc/removed removed take',
];

interface DriftData {
  readonly packages: { readonly added: readonly { readonly name: string }[] } | null;
  readonly etc: readonly { readonly path: string; readonly change: string; readonly outcome: string }[];
  readonly usr: readonly string[];
}

async function driftOf({ fs }: PackageSystem, name = 'be1-2'): Promise<DriftData | null> {
  const text = await beHookOk('drift', name, '--json', '--filesystem', fs.top);
  return (JSON.parse(text) as { drift: DriftData | null }).drift;
}

function etcOf(data: DriftData | null): readonly string[] {
  return (data?.etc ?? []).map(({ path, change, outcome }) => `${path} ${change} ${outcome}`);
}

async function defaultOf({ fs }: PackageSystem): Promise<string | undefined> {
  return (await listOf(fs.top)).find(({ active }) => active)?.name;
}

async function assertCarried(copied: string): Promise<void> {
  const read = (name: string): Promise<string> => readFile(join(copied, name), 'utf8');
  assert.is(await read('changed'), 'new\n');
  assert.is(await read('both-merge'), lines.replace('one', 'ONE').replace('seven', 'SEVEN'));
  assert.is(await read('both-conflict'), lines.replace('one', 'another one'));
  assert.is(await read('both-conflict.be-hook-carried'), lines.replace('one', 'ONE'));
  assert.is(await read('copy-removed.be-hook-carried'), lines.replace('one', 'ONE'));
  assert.is(await read('mode'), 'of the copy\n');
  assert.is(await read('added.d/file'), 'secret\n');
  assert.not.match(await read('fstab'), /mine/);
}

test('is reported for /etc, and carried over three-way on request', async () => {
  await withUpgraded(async (system) => {
    const { fs, copied } = system;
    const evidence = join(copied, '../usr/lib/sysimage/be-hook');
    assert.is((await stat(evidence)).mode & 0o777, 0o700);
    assert.equal(await driftOf(system), { source: 'be1', copy: 'be1-2', packages: nothing, etc: [], usr: [] });
    await editBoth(system);
    await writeFile(join(system.root, 'usr/share/app/mine'), 'x'.repeat(5000));

    const found = await driftOf(system);

    assert.equal(etcOf(found), edited);
    assert.equal(found?.usr, ['/usr/share/app/mine']);
    const activated = await beHook('activate', 'be1-2', '--filesystem', fs.top);
    assert.is(activated.status, 0, activated.stderr);
    assert.match(activated.stderr, /\/etc\/changed +changed +can be carried over/);
    assert.match(activated.stderr, /be-hook activate --carry-over be1-2/);
    assert.is(await defaultOf(system), 'be1-2');
    assert.is(await readFile(join(copied, 'changed'), 'utf8'), 'old\n');

    const carried = await beHook('activate', '--carry-over', 'be1-2', '--filesystem', fs.top);

    assert.is(carried.status, 0, carried.stderr);
    assert.match(carried.stderr, /\/etc\/both-conflict changed in both: .*\/etc\/both-conflict\.be-hook-carried/);
    await assertCarried(copied);
    const { mode, uid, gid } = await stat(join(copied, 'added.d/file'));
    assert.equal([mode & 0o777, uid, gid], [0o600, 7, 8]);
    const note = await tool('getfattr', ['--only-values', '-n', 'user.note', join(copied, 'added.d/file')]);
    assert.is(note, 'kept');
    assert.is((await stat(join(copied, 'added.d'))).mode & 0o777, 0o750);
    assert.is((await stat(join(copied, 'mode'))).mode & 0o777, 0o600);
    assert.is(await readlink(join(copied, 'link')), '/nowhere/at/all');
    await gone(join(copied, 'removed'));
    await gone(join(copied, 'copy-removed'));
    assert.equal(etcOf(await driftOf(system)), []);
    const again = await beHookOk('activate', '--carry-over', '--dry-run', 'be1-2', '--filesystem', fs.top);
    assert.not.match(again, /carry|copy|merge/);
  });
});

const nothing = { added: [], removed: [], changed: [] };

async function gone(path: string): Promise<void> {
  assert.is(await lstat(path).catch(() => undefined), undefined);
}

test('in packages makes a copy stale, and activate then requires --stale', async () => {
  await withUpgraded(async (system) => {
    const { fs, root, offer } = system;
    await offer([app('1'), other]);
    await runInTree(root, ['dnf5', 'install', '-y', 'other']);

    const { status, stderr } = await beHook('activate', 'be1-2', '--filesystem', fs.top);

    assert.is(status, 80, stderr);
    assert.match(stderr, /\+ other\.noarch 1-1/);
    assert.match(stderr, /“be1-2” is stale: packages of “be1” changed after the copy was made \(1\)/);
    assert.is(await defaultOf(system), 'be1');
    assert.is((await beHook('activate', '--carry-over', 'be1-2', '--filesystem', fs.top)).status, 80);
    await beHookOk('activate', '--stale', 'be1-2', '--filesystem', fs.top);
    assert.is(await defaultOf(system), 'be1-2');
    const kept = await beHook('activate', 'be1-2', '--filesystem', fs.top);
    assert.is(kept.status, 0);
    assert.match(kept.stderr, /warning: “be1-2” is stale/);
    assert.is(await defaultOf(system), 'be1-2');

    // A copy of the copy has the same evidence, but the evidence describes only the first copy.
    await beHookOk('create', '--from', 'be1-2', 'again', '--filesystem', fs.top);
    assert.is(await driftOf(system, 'again'), null);
    const refused = await beHook('activate', '--carry-over', 'again', '--filesystem', fs.top);
    assert.is(refused.status, 66, refused.stderr);
    await beHookOk('activate', 'again', '--filesystem', fs.top);
  });
});

test('is reported as unknown if packages cannot be compared', async () => {
  await withUpgraded(async ({ fs, root }) => {
    assert.is(await beHookOk('drift', 'be1-2', '--filesystem', fs.top), '');
    const places = (await tool('find', [root, '-name', 'rpmdb.sqlite'])).split('\n');
    assert.is(places.length, 1);
    await writeFile(places[0] ?? '', 'no database');

    const told = await beHookOk('drift', 'be1-2', '--filesystem', fs.top);
    const { status, stderr } = await beHook('activate', 'be1-2', '--filesystem', fs.top);

    assert.match(told, /^ {2}packages cannot be compared: rpm cannot read \/@be1\/\S+ \(.+\)$/m);
    assert.is(status, 0);
    assert.match(stderr, 'packages cannot be compared: rpm cannot read');
  });
});

test('is carried over again after a kill, and no file stays incomplete', async () => {
  await withUpgraded(async (system) => {
    const { fs, etc, copied } = system;
    const names = Array.from({ length: 60 }, (_none, index) => `file${1000 + index}`);
    await mkdir(join(etc, 'many'));
    for (const name of names) await writeFile(join(etc, 'many', name), name);
    const words = [programPath, 'activate', '--carry-over', 'be1-2', '--filesystem', fs.top];
    const running = execa(process.execPath, words, { reject: false, stdin: 'ignore' });
    await eventually(() => existsSync(join(copied, 'many', names[0] ?? '')));

    running.kill('SIGKILL');
    await running;

    assert.ok((await readdir(join(copied, 'many'))).length < names.length, 'it was killed too late');
    await beHookOk('activate', '--carry-over', 'be1-2', '--filesystem', fs.top);
    assert.equal((await readdir(join(copied, 'many'))).sort(), names);
    for (const name of names) assert.is(await readFile(join(copied, 'many', name), 'utf8'), name);
    assert.equal(etcOf(await driftOf(system)), []);
    assert.equal(
      (await readdir(copied)).filter((name) => name.includes('be-hook-tmp')),
      [],
    );
  });
});

async function eventually(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 10)))
    if (condition()) return;
  throw new Error('not within a minute');
}

test.run();
