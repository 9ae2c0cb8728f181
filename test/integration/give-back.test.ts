import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  addHandOver,
  forwardTo,
  generatorScript,
  ownGrubCfg,
  removeHandOver,
} from '../../lib/bootloaders/grub/hand-over.ts';
import { fingerprintOf, withFreshMachine } from '../support/fresh-machine.ts';
import { tool } from '../support/guest/tool.ts';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';
import { buildBeHook } from '../support/rpm/build.ts';
import { projectFile } from '../support/rpm/project-file.ts';
import { type Ended, run } from '../support/rpm/run.ts';

const test = suite('give-back, which restores the menu without Node');

let work = '';
let binary = '';
let root = '';

test.before(async () => {
  work = await mkdtemp(join(tmpdir(), 'be-hook-give-back-'));
  ({ binary } = await buildBeHook(join(work, 'out')));
});
test.after(() => rm(work, { recursive: true, force: true }));
test.before.each(async () => {
  root = await mkdtemp(join(work, 'root-'));
  for (const name of ['boot/grub2', 'etc/grub.d', 'proc/self']) await mkdir(join(root, name), { recursive: true });
  await put('proc/self/mountinfo', '30 1 0:26 /@sys / rw - btrfs /dev/vda rw\n31 30 0:5 / /proc rw - proc proc rw\n');
});

const put = (path: string, text: string): Promise<void> => writeFile(join(root, path), text);
const get = (path: string): Promise<string | undefined> => readFile(join(root, path), 'utf8').catch(() => undefined);

const script = join(import.meta.dirname, '../../rpm-scriptlets/give-back');
const giveBack = (shell = 'dash'): Promise<Ended> => run(shell, [script, root]);

/** A menu whose first entry boots `subvolume`. */
const menuOf = (subvolume: string): string =>
  `set default=x\n\tmenuentry x --class gnu-linux --class os {\n\t\tlinux /${subvolume}/boot/vmlinuz root=UUID=1 ro rootflags=subvol=${subvolume}\n\t}\n`;

async function setUp(grubCfg: string, menu = menuOf('@sys')): Promise<void> {
  await put('boot/grub2/grub.cfg', grubCfg);
  await put('boot/grub2/be-hook.cfg', menu);
  await put('etc/grub.d/99_be-hook', generatorScript);
}

const menus: readonly (readonly [string, string])[] = [
  ['of a distribution', 'set timeout=5\nmenuentry "a \\"b\\\\" {\n\tlinux /vmlinuz\n}\n'],
  ['without a final line break', 'menuentry x {\n}'],
  ['without text', ''],
  ['with blank lines and spaces at both ends', '\n\n  menuentry x {\n  }  \n\n\n'],
];

for (const [title, text] of menus) {
  for (const shell of ['dash', 'bash', 'busybox']) {
    test(`restores a grub.cfg ${title}, with ${shell}`, async () => {
      await setUp(addHandOver(text));
      const { status, stderr } = await (shell === 'busybox' ? run('busybox', ['sh', script, root]) : giveBack(shell));
      assert.is(status, 0, stderr);
      assert.is(await get('boot/grub2/grub.cfg'), removeHandOver(addHandOver(text)));
      assert.is(await get('boot/grub2/be-hook.cfg'), undefined);
      assert.is(await get('etc/grub.d/99_be-hook'), undefined);
    });
  }
}

test("removes grub-mkconfig's section around the lines, and no other section", async () => {
  const section = (name: string, text: string): string =>
    `### BEGIN /etc/grub.d/${name} ###\n${text}### END /etc/grub.d/${name} ###\n\n`;
  const others = `${section('40_custom', 'x\n')}${section('41_custom', '')}`;
  const lines = addHandOver('');
  const text = `${others}${section('99_be-hook', lines)}tail\n`;
  await setUp(text);
  assert.is((await giveBack()).status, 0);
  assert.is(await get('boot/grub2/grub.cfg'), removeHandOver(text));
  assert.is(await get('boot/grub2/grub.cfg'), `${others}tail\n`);
});

test('keeps owner, mode and attributes of grub.cfg', async () => {
  await setUp(addHandOver('menu\n'));
  const path = join(root, 'boot/grub2/grub.cfg');
  await chown(path, 12, 34);
  await chmod(path, 0o640);
  await tool('setfattr', ['-n', 'trusted.test', '-v', 'kept', path]);
  assert.is((await giveBack()).status, 0);
  const { uid, gid, mode } = await stat(path);
  assert.equal([uid, gid, mode & 0o7777], [12, 34, 0o640]);
  assert.match(await tool('getfattr', ['--absolute-names', '-n', 'trusted.test', path]), /kept/);
});

test('writes the last menu into a grub.cfg that be-hook made', async () => {
  await setUp(ownGrubCfg());
  assert.is((await giveBack()).status, 0);
  assert.is(await get('boot/grub2/grub.cfg'), menuOf('@sys'));
});

test('changes nothing if the lines of be-hook are incomplete', async () => {
  await setUp(addHandOver('menu\n').replace('# be-hook: end\n', ''));
  const before = await fingerprintOf(root, 'boot', 'etc');
  const { status, stderr } = await giveBack();
  assert.is(status, 1);
  assert.match(stderr, /grub\.cfg: the lines of be-hook in it are incomplete; remove them by hand/);
  assert.is(await fingerprintOf(root, 'boot', 'etc'), before);
});

test('changes nothing if another boot environment boots by default', async () => {
  for (const [grubCfg, message] of [
    [addHandOver('menu\n'), /another boot environment boots by default/],
    [
      forwardTo('menu\n', 'uuid', '/@next/boot/grub2/grub.cfg'),
      /it loads the menu of the boot environment that boots by default/,
    ],
  ] as const) {
    await setUp(grubCfg, menuOf('@sys2'));
    const before = await fingerprintOf(root, 'boot', 'etc');
    const { status, stderr } = await giveBack();
    assert.is(status, 1);
    assert.match(stderr, message);
    assert.is(await fingerprintOf(root, 'boot', 'etc'), before);
  }
});

test('follows no link, and keeps files that be-hook did not write', async () => {
  await put('etc/precious', 'precious\n');
  await setUp(addHandOver('menu\n'));
  await rm(join(root, 'boot/grub2/be-hook.cfg'));
  await symlink('../../etc/precious', join(root, 'boot/grub2/be-hook.cfg'));
  await put('etc/grub.d/99_be-hook', '#!/bin/sh\n# the administrator wrote this\n');
  await cp(join(root, 'boot/grub2'), join(root, 'etc/elsewhere'), { recursive: true, verbatimSymlinks: true });
  await symlink('../etc/elsewhere', join(root, 'boot/grub'));
  assert.is((await giveBack()).status, 0);
  assert.is(await get('etc/precious'), 'precious\n');
  assert.is(await get('boot/grub2/grub.cfg'), 'menu\n');
  assert.is(await get('etc/elsewhere/grub.cfg'), addHandOver('menu\n'));
  assert.match((await get('etc/grub.d/99_be-hook')) ?? '', /administrator/);
});

const rpm = 'rpm --dbpath=/usr/lib/sysimage/rpm --nodeps';
const replaceNode = (text: string): string =>
  `rm /usr/bin/node; printf '%s\\n' '#!/bin/sh' '${text}' >/usr/bin/node; chmod +x /usr/bin/node`;
/** The files of the boot menu without the mark, because the mark stays for a later installation of be-hook. */
const menuFilesOf = async (machine: HookMachine): Promise<string> =>
  (await fingerprintOf(machine.path(''), 'boot', 'etc/grub.d')).replace(/^(# file: |trusted\.).*\n?/gm, '').trim();

const failures: readonly (readonly [string, string])[] = [
  ['is renamed', 'mv /usr/bin/node /usr/bin/node-26'],
  ['lacks a library', replaceNode('echo "node: error while loading shared libraries" >&2; exit 127')],
  ['is too old', replaceNode('echo v18.19.1')],
  ['crashes after it printed its version', replaceNode('[ "$1" = --version ] && echo v22.1.0 && exit; kill -SEGV $$')],
  ['is not executable', 'chmod -x /usr/bin/node'],
];

for (const [title, failure] of failures) {
  test(`restores the menu in rpm -e if Node ${title}`, async () => {
    await withFreshMachine(async (machine) => {
      await tool('cp', [binary, machine.path('packages/be-hook.rpm')]);
      const before = await menuFilesOf(machine);
      const ended = await machine.sh(
        `${rpm} -i /packages/be-hook.rpm && be-hook setup --yes && test -e /boot/grub/be-hook.cfg; ${failure}\n${rpm} -e be-hook; echo "status $?"`,
      );
      assert.match(ended.stdout, /status 0\n$/);
      assert.match(ended.stderr, /restored the distribution's own boot menu/, ended.stderr);
      assert.is(await menuFilesOf(machine), before);
      assert.is(await machine.read('var/lib/be-hook/needs-sync'), '');
    });
  });
}

// @be2 has be-hook in its own /usr.
test('is not undone by the hooks of another environment', async () => {
  await withHookMachine(async (machine) => {
    await tool('cp', [binary, machine.path('be-hook.rpm')]);
    const erased = await machine.sh(`${rpm} -i /be-hook.rpm && ${rpm} -e be-hook`, { ownProgram: true });
    assert.is(erased.status, 0, erased.stderr);
    const before = await fingerprintOf(machine.path(''), 'boot', 'etc/grub.d');
    assert.not.match(before, /be-hook\.cfg|99_be-hook/);
    await runInBe2(machine, '/usr/lib/be-hook/posttrans </dev/null', 3);
    assert.is(await fingerprintOf(machine.path(''), 'boot', 'etc/grub.d'), before);
    // An administrator sets up be-hook in @be2. The menu there has the entries of both, and @be1 does not change.
    await runInBe2(machine, 'be-hook setup --yes', 1);
    await runInBe2(machine, '/usr/lib/be-hook/posttrans </dev/null', 3);
    assert.is(await fingerprintOf(machine.path(''), 'boot', 'etc/grub.d'), before);
    const menu = await machine.read('boot/grub/be-hook.cfg', '@be2');
    assert.match(menu, 'be-hook:be1:');
    assert.match(menu, 'be-hook:be2:');
  });
});

/** Runs a command several times, in the system booted from @be2. */
async function runInBe2({ fs }: HookMachine, command: string, times: number): Promise<void> {
  const { inBubble, rootOf } = await import('../support/bubble.ts');
  for (let count = 0; count < times; count += 1) {
    const ended = await inBubble(rootOf(fs, '@be2'), ['sh', '-c', command]);
    assert.is(ended.status, 0, ended.stderr);
  }
}

test('uses only features of POSIX sh', async () => {
  const text = projectFile('rpm-scriptlets/give-back');
  assert.match(text, /^#!\/bin\/sh\n/);
  const { status, stdout } = await run('shellcheck', ['--shell=dash', script]);
  assert.is(status, 0, stdout);
});

test.run();
