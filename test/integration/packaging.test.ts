import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BuiltRpm, buildBeHook } from '../support/rpm/build.ts';
import { must, run } from '../support/rpm/run.ts';
import { skip } from '../support/skip.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const test = suite('the be-hook package');

let work = '';
let built: BuiltRpm;
/** The files of the package, unpacked. */
let tree = '';

const query = async (...args: string[]): Promise<string[]> => {
  return (await must('rpm', ['-qp', ...args, built.binary])).split('\n').filter((line) => line !== '');
};

test.before(async () => {
  work = await mkdtemp(join(tmpdir(), 'be-hook-package-'));
  built = await buildBeHook(join(work, 'out'));
  tree = join(work, 'tree');
  const script = 'mkdir "$2" && cd "$2" && rpm2cpio "$1" | cpio --quiet -id';
  await must('sh', ['-c', script, 'unpack', built.binary, tree]);
});

test.after(() => rm(work, { recursive: true, force: true }));

test('installs the expected files with their modes, all owned by root', async () => {
  const lines = await query('--queryformat', '[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES}\n]');

  const expected = `
    drwxr-xr-x /etc/be-hook
    -rw-r--r-- /etc/be-hook/be-hook.conf
    drwxr-xr-x /etc/be-hook/post-upgrade.d
    -rwxr-xr-x /usr/bin/be-hook
    drwxr-xr-x /usr/lib/be-hook
    -rwxr-xr-x /usr/lib/be-hook/after-installation
    -rw-r--r-- /usr/lib/be-hook/be-hook.cjs
    -rw-r--r-- /usr/lib/be-hook/code-cache.cjs
    -rwxr-xr-x /usr/lib/be-hook/before-removal
    -rw-r--r-- /usr/lib/be-hook/commands-list.cjs
    -rw-r--r-- /usr/lib/be-hook/commands-menu.cjs
    -rw-r--r-- /usr/lib/be-hook/commands.cjs
    -rw-r--r-- /usr/lib/be-hook/engine.cjs
    -rw-r--r-- /usr/lib/be-hook/execa.cjs
    -rwxr-xr-x /usr/lib/be-hook/first-boot
    -rw-r--r-- /usr/lib/be-hook/first-boot.cjs
    -rw-r--r-- /usr/lib/be-hook/fs-extra.cjs
    -rwxr-xr-x /usr/lib/be-hook/give-back
    -rw-r--r-- /usr/lib/be-hook/guard.sh
    -rw-r--r-- /usr/lib/be-hook/hook-jobs.cjs
    -rw-r--r-- /usr/lib/be-hook/kernel-install.cjs
    -rwxr-xr-x /usr/lib/be-hook/package-transaction
    -rw-r--r-- /usr/lib/be-hook/package-transaction.cjs
    drwxr-xr-x /usr/lib/be-hook/post-upgrade.d
    -rwxr-xr-x /usr/lib/be-hook/posttrans
    -rw-r--r-- /usr/lib/be-hook/posttrans.cjs
    -rwxr-xr-x /usr/lib/be-hook/settle
    -rwxr-xr-x /usr/lib/be-hook/tell-drift
    drwxr-xr-x /usr/lib/kernel
    drwxr-xr-x /usr/lib/kernel/install.d
    -rwxr-xr-x /usr/lib/kernel/install.d/05-be-hook.install
    -rwxr-xr-x /usr/lib/kernel/install.d/95-be-hook.install
    -rw-r--r-- /usr/lib/rpm/macros.d/macros.be-hook
    -rw-r--r-- /usr/lib/systemd/system/be-hook-drift.service
    -rw-r--r-- /usr/lib/systemd/system/be-hook-first-copy.service
    -rw-r--r-- /usr/lib/systemd/system/be-hook-first-migration.service
    -rw-r--r-- /usr/lib/systemd/system/be-hook.path
    -rw-r--r-- /usr/lib/systemd/system/be-hook.service
    drwxr-xr-x /usr/lib/systemd/system/local-fs.target.requires
    lrwxrwxrwx /usr/lib/systemd/system/local-fs.target.requires/be-hook-first-copy.service
    drwxr-xr-x /usr/lib/systemd/system/sysinit.target.requires
    lrwxrwxrwx /usr/lib/systemd/system/sysinit.target.requires/be-hook-first-migration.service
    -rw-r--r-- /usr/lib/tmpfiles.d/be-hook.conf
    -rw-r--r-- /usr/share/bash-completion/completions/be-hook
    drwxr-xr-x /usr/share/be-hook
    drwxr-xr-x /usr/share/be-hook/schemas
    drwxr-xr-x /usr/share/fish
    drwxr-xr-x /usr/share/fish/vendor_completions.d
    -rw-r--r-- /usr/share/fish/vendor_completions.d/be-hook.fish
    -rw-r--r-- /usr/share/man/man5/be-hook.conf.5
    -rw-r--r-- /usr/share/man/man7/be-hook-boot.7
    -rw-r--r-- /usr/share/man/man7/be-hook-json.7
    -rw-r--r-- /usr/share/man/man7/be-hook-upgrade.7
    -rw-r--r-- /usr/share/man/man7/be-hook-volumes.7
    -rw-r--r-- /usr/share/man/man8/be-hook.8
    drwxr-xr-x /usr/share/zsh
    drwxr-xr-x /usr/share/zsh/site-functions
    -rw-r--r-- /usr/share/zsh/site-functions/_be-hook`;
  // Each distribution chooses these two directories, and whether pages are compressed.
  const own = lines.filter((line) => !/\/usr\/share\/(doc|licenses)\//.test(line));
  const schemas = (await readdir(join(ROOT, 'dist/schemas'))).map(
    (name) => `-rw-r--r-- /usr/share/be-hook/schemas/${name}`,
  );
  assert.equal(
    own.map((line) => line.replace(' root:root ', ' ').replace(/(\/man.*\.[578])\.\w+$/, '$1')).toSorted(),
    [...expected.trim().split(/\n */), ...schemas].toSorted(),
  );
  assert.ok(lines.some((line) => line.endsWith('/LICENSE')));
});

test('keeps the settings of the administrator', async () => {
  const configs = await query('--queryformat', '[%{FILENAMES} %{FILEFLAGS:fflags}\n]');

  assert.ok(configs.includes('/etc/be-hook/be-hook.conf cn'));
});

test('is noarch and requires a Node.js version that an epoch cannot satisfy', async () => {
  assert.equal(await query('--queryformat', '%{ARCH}\n'), ['noarch']);
  const requires = await query('--requires');
  for (const need of ['nodejs(engine) >= 20.19', '(btrfs-progs or btrfsprogs)', 'attr', 'util-linux', 'coreutils']) {
    assert.ok(requires.includes(need), need);
  }
});

test('lists every bundled library with its license and license text', async () => {
  const bundled = JSON.parse(await readFile(join(ROOT, 'dist/bundled.json'), 'utf8')) as {
    name: string;
    version: string;
    license: string;
  }[];
  const provides = await query('--provides');
  const [license = ''] = await query('--queryformat', '%{LICENSE}\n');
  const texts = await must('sh', ['-c', 'cat "$1"/usr/share/licenses/be-hook*/LICENSE.bundled', 'cat', tree]);

  assert.ok(bundled.length > 0);
  for (const one of bundled) {
    assert.ok(provides.includes(`bundled(npm(${one.name})) = ${one.version}`), one.name);
    assert.ok(license.split(' AND ').includes(one.license), `${one.name}: ${one.license}`);
    assert.ok(texts.includes(`\n${one.name} ${one.version}: ${one.license}\n`), one.name);
  }
  assert.not.match(texts, /no license file/);
});

test('contains the bundles of dist/ without their interpreter line', async () => {
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
  const names = (await readdir(join(ROOT, 'dist'))).filter((name) => name.endsWith('.cjs'));
  assert.ok(names.length > 10);
  for (const name of names) {
    const original = await readFile(join(ROOT, 'dist', name), 'utf8');
    const installed = await readFile(join(tree, 'usr/lib/be-hook', name), 'utf8');
    assert.is(digest(installed), digest(original.replace(/^#!.*\n/, '')), name);
  }
});

test('is bit-for-bit the same when the package build makes the bundles again', async () => {
  const out = join(work, 'rebuilt');
  const line =
    'PATH=$1/node_modules/.bin:/usr/bin:/bin; export PATH; "$1/packaging/build-rpm" --nocheck --rebuild --out "$2"';
  await must('sh', ['-c', line, 'sh', ROOT, out]);
  const names = await readdir(out);
  const name = names.find((candidate) => /^be-hook-[0-9].*\.noarch\.rpm$/.test(candidate)) ?? '';
  const files = async (path: string): Promise<string> =>
    must('rpm', ['-qp', '--queryformat', '[%{FILENAMES} %{FILEDIGESTS}\n]', path]);
  assert.is(await files(join(out, name)), await files(built.binary));

  const without = await run('sh', ['-c', line.replace('$1/node_modules/.bin:', ''), 'sh', ROOT, join(work, 'none')]);
  assert.is(without.status, 1, 'it does run esbuild');
  assert.match(without.stderr, /esbuild: (command )?not found/);
});

test('has transaction file triggers on the directories of kernels', async () => {
  const triggers = (await query('--filetriggers')).filter((line) => line.includes(' -- '));

  assert.equal(triggers, [
    'transfiletriggerin scriptlet (using /bin/sh) -- /boot/, /lib/modules/, /usr/lib/modules/',
    'transfiletriggerpostun scriptlet (using /bin/sh) -- /boot/',
    'transfiletriggerpostun scriptlet (using /bin/sh) -- /lib/modules/',
    'transfiletriggerpostun scriptlet (using /bin/sh) -- /usr/lib/modules/',
  ]);
});

test('has scriptlets that sh and shellcheck accept', async () => {
  const scripts = await query('--scripts', '--filetriggers');
  const bodies = scripts
    .join('\n')
    .split(/^\w+ scriptlet \(using \/bin\/sh\).*$/m)
    .slice(1);

  assert.is(bodies.length, 8);
  for (const [index, body] of bodies.entries()) {
    const path = join(work, `scriptlet-${index}`);
    await writeFile(path, `#!/bin/sh\n${body}\n`);
    const { status, stdout } = await run('shellcheck', [path]);
    assert.is(status, 0, stdout);
  }
});

test('is bit-for-bit the same when it is built again', async () => {
  const again = await buildBeHook(join(work, 'again'));

  for (const kind of ['tarball', 'binary'] as const) {
    const [one, other] = await Promise.all([readFile(built[kind]), readFile(again[kind])]);
    assert.ok(one.equals(other), kind);
  }
});

test('passes rpmlint, except what packaging/rpmlintrc justifies', async () => {
  const { status, stdout } = await run('rpmlint', [
    '-r',
    join(ROOT, 'packaging/rpmlintrc'),
    built.binary,
    built.source,
  ]);

  assert.is(status, 0, stdout);
  assert.match(stdout, /2 packages and 0 specfiles checked; 0 errors, 0 warnings/);
});

test('has pages without mandoc warnings, except those that scdoc always causes', async () => {
  // Empty paragraphs, long input lines, and a title in lower case, because the command's name is in lower case.
  const habit =
    /skipping paragraph macro: PP |input text line longer than 80 bytes|lower case character in document title/;
  const topics = ['boot', 'json', 'upgrade', 'volumes'].map((topic) => `man7/be-hook-${topic}.7`);
  for (const page of ['man8/be-hook.8', 'man5/be-hook.conf.5', ...topics]) {
    const { stdout } = await run('mandoc', ['-T', 'lint', join(tree, 'usr/share/man', page)]);
    assert.equal(
      stdout.split('\n').filter((line) => line !== '' && !habit.test(line)),
      [],
      page,
    );
  }
});

test('has units that systemd accepts', async () => {
  if ((await run('sh', ['-c', 'command -v systemd-analyze'])).status !== 0) skip('systemd-analyze is not installed');
  const names = ['path', 'service'].map((type) => `be-hook.${type}`);
  const services = ['drift', 'first-copy', 'first-migration'].map((name) => `be-hook-${name}.service`);
  const units = [...names, ...services].map((name) => join(tree, 'usr/lib/systemd/system', name));

  const { status, stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', ...units]);

  // systemd-analyze also reports faults of other units of this machine.
  const own = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('be-hook'));
  assert.equal({ status, own }, { status: 0, own: [] });
});

test('has a path unit for all inputs of the menu; its service waits for the same', async () => {
  const unit = await readFile(join(tree, 'usr/lib/systemd/system/be-hook.path'), 'utf8');
  const watched = [...unit.matchAll(/^PathChanged=(.*)$/gm)].map(([, path = '']) => path);
  const settle = await readFile(join(tree, 'usr/lib/be-hook/settle'), 'utf8');
  const [, looked = ''] = /^places='([^']*)'$/m.exec(settle) ?? [];

  const expected = [
    ...['/boot', '/boot/loader/entries', '/boot/grub/grubenv', '/boot/grub2/grubenv', '/usr/lib/modules'],
    ...['/etc/kernel/cmdline', '/etc/default/grub', '/etc/sysconfig/grub', '/etc/tuned/bootcmdline'],
    '/etc/be-hook/be-hook.conf',
  ];
  assert.equal(watched, expected);
  assert.equal(looked.trim().split(/\s+/), expected);
});

test('has a command that runs Node.js on the bundle, with arguments and status', async () => {
  const command = await readFile(join(tree, 'usr/bin/be-hook'), 'utf8');
  const local = join(work, 'be-hook');
  await writeFile(local, command.replaceAll('/usr/lib/be-hook', join(tree, 'usr/lib/be-hook')), { mode: 0o755 });
  const preload = join(work, 'preload.cjs');
  await writeFile(preload, 'process.stdout.write("foreign code\\n");\n');

  const version = await must('env', [`NODE_OPTIONS=--require=${preload}`, local, '--version']);
  assert.match(version, /^be-hook [0-9.]+\n$/);
  const wrong = await run(local, ['no such command']);
  assert.is(wrong.status, 64);
});

test.run();
