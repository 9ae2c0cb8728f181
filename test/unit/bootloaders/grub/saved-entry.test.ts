import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../../lib/bootloaders/grub/backend.ts';
import { entriesOf, type Menu } from '../../../../lib/model/menu.ts';
import { isProblem } from '../../../../lib/model/problem.ts';
import { desiredMenu } from '../../../../lib/plan/desired-menu.ts';
import { findForeignDefault } from '../../../../lib/plan/saved-entry.ts';
import { planSync, type SyncIntent } from '../../../../lib/plan/sync.ts';
import { worldOf } from '../../../../lib/plan/world.ts';
import { aSystem, planned, type SystemBuilder, textFile } from '../../../support/builders.ts';
import { distributionMenu } from '../../../support/root-tree.ts';

const test = suite("the distribution's saved entry");

const machineId = '0123456789abcdef'.repeat(2);
const releases = ['7.2.12-1.fc44.x86_64', '7.1.4-1.fc44.x86_64'] as const;
const [newest, older] = releases;
const header = 'set default="${saved_entry}"\n';
const block = (...lines: readonly string[]): string =>
  `# GRUB Environment Block\n${lines.map((line) => `${line}\n`).join('')}`.padEnd(1024, '#');
const id = (release: string): string => `${machineId}-${release}`;
const entryFile = (release: string, name = id(release), options = 'quiet') =>
  textFile(
    `@a/boot/loader/entries/${name}.conf`,
    `title Fedora (${release})\nversion ${release}\nlinux /@a/boot/vmlinuz-${release}\noptions ${options}\n`,
  );

/** A Fedora system whose grubenv has these lines. */
function fedora(lines: readonly string[], kernels: readonly string[] = releases): SystemBuilder {
  return aSystem()
    .withBe('a')
    .withKernel(...kernels)
    .withGrubCfg(`${header}blscfg\n`)
    .withHome({ grubenv: textFile('@a/boot/grub2/grubenv', block(...lines)) })
    .with({ blsEntries: kernels.map((release) => entryFile(release)) });
}
const saved = (value: string, kernels?: readonly string[]): SystemBuilder =>
  fedora([`saved_entry=${value}`, 'boot_success=1'], kernels);

function menuOf(system: SystemBuilder, leaving?: string, current?: Menu): Menu {
  const leavingKernel = leaving === undefined ? undefined : { release: leaving };
  const answer = desiredMenu(system.state(), () => current, leavingKernel, grub.can);
  if (isProblem(answer)) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer.menu;
}
function defaultOf(system: SystemBuilder, leaving?: string): string {
  const menu = menuOf(system, leaving);
  return grub.nameEntry(menu, menu.default);
}
const foreignOf = (system: SystemBuilder): unknown => findForeignDefault(system.state())?.value;

for (const [name, value] of [
  ['a BLS id', id(older)],
  ['a BLS id with a boot counter', `${id(older)}+3-1`],
  ['the title of a BLS entry', `Fedora (${older})`],
  ["an id of be-hook's menu", `be-hook:a:${older}`],
  ["an id of be-hook's submenu", `be-hook:a>be-hook:a:${older}`],
] as const) {
  test(`selects a kernel by ${name}, and keeps the menu order`, () => {
    const menu = menuOf(saved(value));
    assert.equal(menu.default, { be: 'a', release: older });
    assert.equal(
      entriesOf(menu).map(({ release }) => release),
      [newest, older],
    );
    assert.is(foreignOf(saved(value)), undefined);
  });
}

test('selects a kernel whose entry file has a boot counter', () => {
  const system = saved(id(older)).with({ blsEntries: [entryFile(newest), entryFile(older, `${id(older)}+2`)] });
  assert.is(defaultOf(system), `be-hook:a:${older}`);
});

test('selects a kernel by its id without a BLS entry', () => {
  assert.is(defaultOf(saved(id(older)).with({ blsEntries: [] })), `be-hook:a:${older}`);
});

for (const value of ['', '0']) {
  test(`“${value}” selects the first entry, which is the newest kernel`, () => {
    assert.is(defaultOf(saved(value)), `be-hook:a:${newest}`);
    assert.is(foreignOf(saved(value)), undefined);
  });
}

for (const value of [
  'osprober-efi-1234-ABCD',
  'Windows Boot Manager (on /dev/sda1)',
  'memtest86+',
  '3',
  id('6.0'),
  'x>y',
]) {
  test(`“${value}” is ignored and reported`, () => {
    assert.is(defaultOf(saved(value)), `be-hook:a:${newest}`);
    assert.is(foreignOf(saved(value)), value);
  });
}

test('is reported if it names an entry with other options, which the menu lacks', () => {
  const debug = `${id(older)}~debug`;
  const system = saved(debug).with({
    blsEntries: [entryFile(older, debug, 'quiet debug'), entryFile(newest), entryFile(older)],
  });
  assert.is(defaultOf(system), `be-hook:a:${newest}`);
  assert.is(foreignOf(system), debug);
  const kernel = system.state().environments[0]?.kernels.find(({ release }) => release === older);
  assert.is(kernel?.options.includes('debug'), false);
});

test('is used only if grub.cfg reads it', () => {
  const system = saved(id(older)).withGrubCfg('set default="0"\nblscfg\n');
  assert.is(defaultOf(system), `be-hook:a:${newest}`);
  const windows = saved('windows').withGrubCfg('set default="0"\nblscfg\n');
  assert.is(foreignOf(windows), undefined);
});

test('selects another kernel if its kernel is removed or has no initramfs', () => {
  assert.is(defaultOf(saved(id(older)), undefined), `be-hook:a:${older}`);
  const running = saved(id(newest)).running();
  assert.is(defaultOf(running, newest), `be-hook:a:${older}`);
  const incomplete = saved(id('7.3.0')).with(({ blsEntries }) => ({ blsEntries: [...blsEntries, entryFile('7.3.0')] }));
  assert.is(defaultOf(incomplete), `be-hook:a:${newest}`);
  assert.is(foreignOf(incomplete), id('7.3.0'));
});

test('selects a kernel in its own environment only, also for a one-shot boot', () => {
  const oneShot = { path: '', name: 'one-shot', value: '1A2B-3C4D' };
  const two = saved(id(older))
    .active()
    .withBe('b')
    .withKernel(...releases)
    .withGrubCfg(`${header}blscfg\n`)
    .withHome({ grubenv: textFile('@b/boot/grub2/grubenv', block(`saved_entry=${id(newest)}`)) });
  const state = { ...two.state(), oneShot: { filesystemUuid: oneShot.value } };
  const answer = desiredMenu(state, () => undefined, undefined, grub.can);
  assert.ok(!isProblem(answer));
  assert.equal(answer.menu.oneShot?.choices, [
    { be: 'a', release: older },
    { be: 'b', release: newest },
  ]);
});

test('keeps its kernel in the menu whatever the limit of entries', () => {
  const system = saved(id(older)).with({ config: textFile('@a/etc/be-hook/be-hook.conf', 'max-entries = 1\n') });
  assert.is(defaultOf(system), `be-hook:a:${older}`);
});

const debugKernels = ['7.3.0-1.fc44.x86_64+debug', '7.3.0-1+rt-debug', '7.3.0~debug', '7.3.0.debug', '7.3.0-1-debug'];
for (const debug of debugKernels) {
  test(`is needed to make ${debug} the default`, () => {
    const kernels = [debug, older];
    assert.is(defaultOf(fedora([], kernels)), `be-hook:a:${older}`);
    assert.is(defaultOf(saved(id(debug), kernels)), `be-hook:a:${debug}`);
    assert.is(defaultOf(fedora([], [debug])), `be-hook:a:${debug}`);
  });
}

test('is absent: a debug kernel is preferred to a rescue kernel', () => {
  const [debug = ''] = debugKernels;
  assert.is(defaultOf(fedora([], [debug, `0-rescue-${machineId}`])), `be-hook:a:${debug}`);
});

/** A Debian system with a saved entry. */
function debian(value: string, kernels: readonly string[] = ['6.10.0-2', '6.1.0-1']): SystemBuilder {
  const menu = distributionMenu('x', '@a', kernels);
  const probed =
    "### BEGIN /etc/grub.d/30_os-prober ###\nmenuentry 'Other (on /dev/sdb1)' $menuentry_id_option 'osprober-gnulinux-/boot/vmlinuz-6.1.0-1--x' {\n\tlinux /boot/vmlinuz-6.1.0-1\n}\n### END /etc/grub.d/30_os-prober ###\n";
  return aSystem()
    .withBe('a')
    .withKernel(...kernels)
    .withGrubCfg(`${header}${menu}${probed}`)
    .withHome({ grubenv: textFile('@a/boot/grub2/grubenv', block(`saved_entry=${value}`)) });
}
const text = distributionMenu('x', '@a', ['6.10.0-2', '6.1.0-1']);
const submenu = /^submenu '([^']*)'.* '([^']*)' \{$/m.exec(text) ?? [];
const entry = /^menuentry '([^']*6\.1\.0-1)'.* '([^']*)' \{$/m.exec(text) ?? [];

for (const [name, value] of [
  ['titles', `${submenu[1]}>${entry[1]}`],
  ['ids', `${submenu[2]}>${entry[2]}`],
  ['numbers', '1>1'],
  ['a number and a title', `1>${entry[1]}`],
] as const) {
  test(`of a generated menu selects a kernel by a path of ${name}`, () => {
    assert.is(defaultOf(debian(value)), 'be-hook:a:6.1.0-1');
  });
}

test('of a generated menu selects the newest kernel by the title of the first entry', () => {
  const [, title = ''] = /^menuentry '([^']*)'/m.exec(text) ?? [];
  const stale = debian(title).withKernel('6.11.0-1');
  assert.is(defaultOf(stale), 'be-hook:a:6.11.0-1');
  assert.is(foreignOf(stale), undefined);
});

test('of a generated menu is reported if it names another system', () => {
  const other = debian('osprober-gnulinux-/boot/vmlinuz-6.1.0-1--x');
  assert.is(defaultOf(other), 'be-hook:a:6.10.0-2');
  assert.is(foreignOf(other), 'osprober-gnulinux-/boot/vmlinuz-6.1.0-1--x');
});

const grubenvOf = (system: SystemBuilder, intent: Partial<SyncIntent> = {}): string | undefined => {
  const plan = planned(planSync(worldOf(system.observation(), grub), { refreshDistributionMenu: true, ...intent }));
  return plan.steps.flatMap((step) =>
    step.kind === 'write-file' && step.path.endsWith('/grubenv') ? [step.text] : [],
  )[0];
};

test('is replaced by tmp_saved_entry of a complete kernel after kernel-install', () => {
  const system = fedora([`saved_entry=${id(older)}`, `tmp_saved_entry=${id(newest)}`, 'boot_success=1']);
  assert.is(defaultOf(system), `be-hook:a:${newest}`);
  assert.is(grubenvOf(system), block(`saved_entry=${id(newest)}`, 'boot_success=1'));
  assert.is(grubenvOf(system, { kernelInstallRuns: true }), undefined);
  assert.is(grubenvOf(saved(id(older))), undefined);
});

test('is not replaced by tmp_saved_entry of a kernel without an initramfs', () => {
  const system = fedora([`saved_entry=${id(older)}`, `tmp_saved_entry=${id('7.3.0')}`]).with(({ blsEntries }) => ({
    blsEntries: [...blsEntries, entryFile('7.3.0')],
  }));
  assert.is(defaultOf(system), `be-hook:a:${older}`);
  assert.is(grubenvOf(system), undefined);
});

test.run();
