import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BuiltRpm, buildBeHook, buildPackage, makeTop } from '../support/rpm/build.ts';
import { buildRecorder } from '../support/rpm/recorder.ts';
import type { Ended } from '../support/rpm/run.ts';
import { makeScratchRoot, type ScratchRoot } from '../support/rpm/scratch-root.ts';

const MACROS = fileURLToPath(new URL('../../packaging/macros.be-hook', import.meta.url));

const test = suite('rpm triggers and scriptlets');

let work = '';
let real: BuiltRpm;
let recorder = '';
let newer = '';
let base = '';
const kernels: string[] = [];
let kernelNext = '';
let classic = '';
let unrelated = '';
let caller = '';
let root: ScratchRoot;

/** Builds a kernel package whose scriptlets write their names to the log. */
function kernel(name: string, version: string, files: readonly string[]): Promise<string> {
  const scriptlets = ['post', 'preun', 'postun', 'posttrans']
    .map((kind) => `%${kind}\necho "${kind} ${name}-${version}" >>/log\n`)
    .join('');
  return buildPackage(work, { name, version, files, scriptlets });
}

const modules = (version: string): string[] => [
  `/lib/modules/${version}/vmlinuz`,
  `/lib/modules/${version}/modules.dep`,
];

test.before(async () => {
  work = await mkdtemp(join(tmpdir(), 'be-hook-rpm-'));
  await makeTop(work);
  real = await buildBeHook(join(work, 'real'));
  recorder = await buildRecorder(real, join(work, 'recorder'), '0.1.0');
  newer = await buildRecorder(real, join(work, 'newer'), '0.1.99');
  const needs = [
    '/bin/sh',
    'attr',
    'btrfs-progs',
    'coreutils',
    'diffutils',
    'findutils',
    'grep',
    'nodejs(engine) = 20.19.0',
    'util-linux',
  ];
  const head = needs.map((name) => `Provides: ${name}`).join('\n');
  base = await buildPackage(work, { name: 'base', version: '1', files: ['/usr/share/base'], head });
  for (const release of ['1', '2', '3']) {
    kernels.push(await kernel(`kernel-${release}`, `6.${release}`, modules(`6.${release}`)));
  }
  kernelNext = await kernel('kernel-3', '6.4', modules('6.4'));
  classic = await kernel('kernel-classic', '5.1', ['/boot/vmlinuz-5.1', '/usr/lib/modules/5.1/modules.dep']);
  unrelated = await buildPackage(work, {
    name: 'bootstrap',
    version: '1',
    files: ['/bootstrap/x', '/usr/lib/modules-load.d/x.conf'],
  });
  const scriptlets = '%posttrans\necho "posttrans caller" >>/log\n%be_hook_posttrans\n';
  caller = await buildPackage(work, { name: 'caller', version: '1', files: ['/usr/share/caller'], scriptlets }, MACROS);
});

test.after(() => rm(work, { recursive: true, force: true }));

test.before.each(async () => {
  root = await makeScratchRoot();
  await succeeds(root.rpm('-i', base));
});

test.after.each(() => root.close());

const invitation = 'be-hook is installed; to put its menu in place, run: be-hook setup\n';

/** Installs be-hook with these packages, and sets it up. */
async function installed(...packages: readonly string[]): Promise<void> {
  await root.rpm('-i', recorder, ...packages);
  await mkdir(join(root.path, 'boot'), { recursive: true });
  await writeFile(join(root.path, 'boot/be-hook.cfg'), '');
  await root.takeLog();
}

/** A transaction that succeeds without output of rpm or of a scriptlet. */
async function succeeds(transaction: Promise<Ended>): Promise<void> {
  assert.equal(await transaction, { status: 0, stdout: '', stderr: '' });
}

test('installing be-hook only checks whether setup is possible, and names the command', async () => {
  assert.equal(await root.rpm('-i', recorder), { status: 0, stdout: '', stderr: invitation });

  assert.equal(await root.takeLog(), ['be-hook setup --dry-run']);
});

test('installing be-hook together with kernels makes no menu', async () => {
  await root.rpm('-i', recorder, ...kernels);

  const log = await root.takeLog();
  assert.is(log.filter((line) => line.startsWith('be-hook ')).length, 1);
  assert.is(log.filter((line) => line === 'run posttrans.cjs').length, 0);
  await succeeds(root.rpm('-U', newer));
  assert.equal(await root.takeLog(), [], 'nor does an upgrade');
});

test('setup-at-installation works at the installation, and not at an upgrade', async () => {
  await mkdir(join(root.path, 'etc/be-hook'), { recursive: true });
  await writeFile(join(root.path, 'etc/be-hook/be-hook.conf'), '# why\n setup-at-installation=yes \n');
  assert.is((await root.rpm('-i', recorder)).status, 0);
  assert.equal(await root.takeLog(), ['be-hook setup --yes']);

  assert.is((await root.rpm('-U', newer)).status, 0);
  assert.equal(await root.takeLog(), []);
});

test('three kernels in one transaction cause one update, after the last %posttrans', async () => {
  await installed();

  await succeeds(root.rpm('-i', ...kernels));

  const log = await root.takeLog();
  assert.equal(log.slice(-1), ['run posttrans.cjs']);
  assert.is(log.filter((line) => line === 'run posttrans.cjs').length, 1);
  const finished = ['posttrans kernel-1-6.1', 'posttrans kernel-2-6.2', 'posttrans kernel-3-6.3'];
  assert.equal(log.slice(3, 6).toSorted(), finished);
});

test('erasing two kernels in one transaction causes one update, after the last %postun', async () => {
  await installed(...kernels);

  await succeeds(root.rpm('-e', 'kernel-1', 'kernel-2'));

  const log = await root.takeLog();
  assert.is(log.length, 5);
  assert.equal(log.slice(-1), ['run posttrans.cjs']);
});

test('replacing a kernel causes an update after the old kernel is removed', async () => {
  await installed(...kernels);

  await succeeds(root.rpm('-U', kernelNext));

  // rpm runs the trigger twice: for the removed and for the added package. The second finds nothing to do.
  const own = ['post kernel-3-6.4', 'preun kernel-3-6.3', 'postun kernel-3-6.3', 'posttrans kernel-3-6.4'];
  assert.equal(await root.takeLog(), [...own, 'run posttrans.cjs', 'run posttrans.cjs']);
});

test('a kernel in /boot counts too; unrelated packages do not', async () => {
  await installed();

  await succeeds(root.rpm('-i', unrelated));
  assert.equal(await root.takeLog(), []);

  await succeeds(root.rpm('-i', classic));
  assert.equal(await root.takeLog(), ['post kernel-classic-5.1', 'posttrans kernel-classic-5.1', 'run posttrans.cjs']);

  await succeeds(root.rpm('-e', 'kernel-classic'));
  // One run for /boot and one for /usr/lib/modules (see README.md of rpm-scriptlets). The second finds nothing to do.
  const own = ['preun kernel-classic-5.1', 'postun kernel-classic-5.1'];
  assert.equal(await root.takeLog(), [...own, 'run posttrans.cjs', 'run posttrans.cjs']);
});

test('upgrading be-hook neither uninstalls it nor leaves the menu of the old version', async () => {
  await installed(...kernels);

  await succeeds(root.rpm('-U', newer));

  assert.equal(await root.takeLog(), ['run posttrans.cjs', 'run posttrans.cjs'], 'by %posttrans, and by the trigger');
});

test('erasing be-hook restores the menu first, and runs nothing afterwards', async () => {
  await installed(...kernels);
  await mkdir(join(root.path, 'var/lib/be-hook'), { recursive: true });
  await writeFile(join(root.path, 'var/lib/be-hook/needs-sync'), 'why\n');

  await succeeds(root.rpm('-e', 'be-hook'));

  assert.equal(await root.takeLog(), ['be-hook uninstall']);
  assert.not.ok((await readdir(join(root.path, 'usr/lib'))).includes('be-hook'));
  assert.not.ok((await readdir(join(root.path, 'var/lib'))).includes('be-hook'));
});

test('erasing be-hook together with a kernel is one uninstall without an update', async () => {
  await installed(...kernels);

  await succeeds(root.rpm('-e', 'be-hook', 'kernel-1'));

  const log = await root.takeLog();
  assert.equal(log.toSorted(), ['be-hook uninstall', 'postun kernel-1-6.1', 'preun kernel-1-6.1']);
});

test('installing and erasing kernels works after be-hook is erased', async () => {
  await installed();
  await succeeds(root.rpm('-e', 'be-hook'));
  await root.takeLog();

  await succeeds(root.rpm('-i', classic));
  await succeeds(root.rpm('-e', 'kernel-classic'));

  assert.is((await root.takeLog()).length, 4);
});

test('a failing command prints a warning and breaks no transaction', async () => {
  await installed();
  await writeFile(join(root.path, 'fail'), '');

  const erased = await root.rpm('-e', 'be-hook');
  const given = 'be-hook: failed\n';
  assert.equal(erased, {
    status: 0,
    stdout: '',
    stderr: `${given}be-hook: restored the distribution's own boot menu\n`,
  });
  assert.is((await root.rpm('-q', 'be-hook')).status, 1);
});

test('%be_hook_posttrans updates the menu; without be-hook it does nothing', async () => {
  await succeeds(root.rpm('-i', caller));
  assert.equal(await root.takeLog(), ['posttrans caller']);
  await installed();

  await succeeds(root.rpm('-U', '--replacepkgs', caller));

  assert.equal(await root.takeLog(), ['posttrans caller', 'run posttrans.cjs']);
});

test('%be_hook_posttrans is one line', async () => {
  const { stdout } = await root.rpm('-qp', '--scripts', caller);

  assert.match(stdout, /\nif \[ -x \/usr\/lib\/be-hook\/posttrans \]; then [^\n]*; fi\n/);
});

test('%_be_hook_postupgradedir is the package’s directory for post-upgrade hooks', async () => {
  const database = { name: 'database', version: '1', files: ['%{_be_hook_postupgradedir}/50-database'] };

  const path = await buildPackage(work, database, MACROS);

  const owner = await root.rpm('-qpl', path);
  assert.is(owner.stdout, '/usr/lib/be-hook/post-upgrade.d/50-database\n');
  const own = await root.rpm('-qpl', real.binary);
  assert.match(own.stdout, /^\/usr\/lib\/be-hook\/post-upgrade\.d$/m);
});

test('the real package does nothing and prints nothing in a foreign root', async () => {
  await succeeds(root.rpm('-i', real.binary));
  await succeeds(root.rpm('-i', ...kernels));
  await succeeds(root.rpm('-U', '--replacepkgs', real.binary));
  await succeeds(root.rpm('-e', 'kernel-1'));
  await succeeds(root.rpm('-e', 'be-hook'));

  assert.not.ok((await readdir(root.path)).includes('boot'));
  assert.not.ok(existsSync(join(root.path, 'var/lib/be-hook')));
});

test.run();
