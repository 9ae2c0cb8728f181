import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { entriesOf, type Menu } from '../../../lib/model/menu.ts';
import { loaderPath, onRoot } from '../../../lib/model/place.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import { type DesiredMenu, desiredMenu } from '../../../lib/plan/desired-menu.ts';
import { aSystem, filesystemUuid, type SystemBuilder, textFile } from '../../support/builders.ts';

function desired(system: SystemBuilder, current?: Menu, leaving?: string): DesiredMenu {
  const result = desiredMenu(
    system.state(),
    () => current,
    leaving === undefined ? undefined : { release: leaving },
    grub.can,
  );
  if (isProblem(result)) throw new Error(`refused: ${JSON.stringify(result)}`);
  return result;
}
const menuOf = (...args: Parameters<typeof desired>): Menu => desired(...args).menu;
const idsOf = (menu: Menu): readonly string[] => entriesOf(menu).map((entry) => grub.nameEntry(menu, entry));
const defaultOf = (menu: Menu): string => grub.nameEntry(menu, menu.default);
const malformed = { fstab: textFile('@x/etc/fstab', 'malformed') };
const withLimit = (limit: number) => ({ config: textFile('x', `max-entries = ${limit}`) });

const test = suite('desiredMenu');

test('makes the newest kernel of the active environment the default', () => {
  const menu = menuOf(aSystem().withBe('a').withKernel('6.2', '6.10').withBe('b').withKernel('6.99').running());

  assert.is(defaultOf(menu), 'be-hook:b:6.99');
  assert.is(
    defaultOf(
      menuOf(aSystem().withBe('a').withKernel('6.2', '6.10').active().withBe('b').withKernel('6.99').running()),
    ),
    'be-hook:a:6.10',
  );
});

test('puts the active environment at the top and each other one into a submenu', () => {
  const menu = menuOf(
    aSystem().withBe('a').withKernel('6.1', '6.2').active().withBe('b').withKernel('6.3').withBe('c').withKernel('6.4'),
  );

  assert.equal(
    menu.groups.map(({ folded, be, entries }) => [folded, be, entries.map(({ release }) => release)]),
    [
      [false, 'a', ['6.2', '6.1']],
      [true, 'c', ['6.4']],
      [true, 'b', ['6.3']],
    ],
  );
});

test('makes entries with kernel, initrds and options, and places', () => {
  const [entry] = entriesOf(menuOf(aSystem().withBe('a').withKernel('6.1')));

  assert.equal(entry, {
    be: 'a',
    release: '6.1',
    title: 'a: Fedora Linux 44, Linux 6.1',
    osId: 'fedora',
    image: onRoot('@a/boot/vmlinuz-6.1'),
    initrds: [onRoot('@a/boot/initramfs-6.1.img')],
    options: [`root=UUID=${filesystemUuid}`, 'ro', 'rootflags=subvol=@a', 'quiet'],
  });
});

test('names the root of its own environment exactly once in every entry', () => {
  const foreign = { commandLine: textFile('x', 'root=UUID=foreign rootflags=subvol=@a quiet') };
  const menu = menuOf(
    aSystem().withBe('a').with(foreign).withKernel('6.1').withBe('b').with(foreign).withKernel('6.1'),
  );

  for (const { be, image, options } of entriesOf(menu)) {
    assert.equal(
      options.filter((word) => word.startsWith('root=')),
      [`root=UUID=${filesystemUuid}`],
    );
    assert.equal(
      options.filter((word) => word.startsWith('rootflags=')),
      [`rootflags=subvol=@${be}`],
    );
    assert.ok(loaderPath(image).startsWith(`/@${be}/`));
  }
});

test('prefers the timeout of be-hook.conf to the timeout of the distribution', () => {
  const base = aSystem().withBe('a').withKernel('6.1').active().withGrubDefaults('GRUB_TIMEOUT=7');
  const own = base.with({ config: textFile('x', 'timeout = 0') });

  const settings = [base, own].map((system) => menuOf(system).settings);

  assert.equal(
    settings.map(({ timeout, timeoutFixed }) => [timeout, timeoutFixed]),
    [
      [7, false],
      [0, true],
    ],
  );
});

test('uses the settings of the active environment', () => {
  const system = aSystem()
    .withBe('a')
    .withGrubDefaults('GRUB_TIMEOUT=11')
    .withKernel('6.1')
    .running()
    .withBe('b')
    .withGrubDefaults('GRUB_TIMEOUT=22')
    .withKernel('6.1')
    .active();

  assert.is(menuOf(system).settings.timeout, 22);
});

test('omits an environment without kernels', () => {
  const menu = menuOf(aSystem().withBe('a').withKernel('6.1').active().withBe('empty'));

  assert.equal(idsOf(menu), ['be-hook:a:6.1']);
});

test('omits a removed kernel of the running system, but not of other environments', () => {
  const system = aSystem().withBe('a').withKernel('6.1', '6.2').running().withBe('b').withKernel('6.2');

  assert.equal(idsOf(menuOf(system, undefined, '6.2')), ['be-hook:a:6.1', 'be-hook:b>be-hook:b:6.2']);
});

test.run();

const refusals = suite('desiredMenu without a valid menu');

const resultOf = (system: SystemBuilder, leaving?: string): unknown =>
  desiredMenu(system.state(), () => undefined, leaving === undefined ? undefined : { release: leaving }, grub.can);

refusals('refuses a file system without an environment', () => {
  assert.equal(resultOf(aSystem()), { code: 'no-environments' });
});

refusals('refuses environments that cannot boot', () => {
  assert.equal(resultOf(aSystem().withBe('a').withBe('b')), { code: 'nothing-bootable', names: ['a', 'b'] });
});

refusals('refuses a default that cannot boot, even if another environment can', () => {
  assert.equal(resultOf(aSystem().withBe('a').active().withBe('b').withKernel('6.1')), {
    code: 'active-not-bootable',
    name: 'a',
  });
});

refusals('refuses a menu without the last kernel', () => {
  const system = aSystem().withBe('a').withKernel('6.1').running();

  assert.equal(resultOf(system, '6.1'), { code: 'nothing-bootable', names: ['a'] });
});

refusals('accepts an environment beside another one with an invalid mark', () => {
  const system = aSystem()
    .withBe('a')
    .withKernel('6.1')
    .running()
    .withUnmarkedRoot('@b')
    .with({ mark: '{"version":2}' });

  assert.ok(!isProblem(desiredMenu(system.state(), () => undefined, undefined, grub.can)));
});

for (const [what, change] of [
  ['file system', { fstab: textFile('x', 'UUID=1 /boot ext4 defaults') }],
  ['other subvolume', { boot: { kind: 'directory', files: [], subvolume: undefined, mountedFrom: 'btrfs /dev/sda1' } }],
  ['placeholder', { boot: { kind: 'placeholder', path: '@a/boot' } }],
] as const) {
  refusals(`refuses a running system whose /boot is a ${what}, and names it`, () => {
    const result = resultOf(
      aSystem().withBe('a').withKernel('6.1').with(change).running().withBe('b').withKernel('6.1').active(),
    );

    assert.ok(isProblem(result) && result.code === 'layout-unsupported' && result.name === 'a');
  });

  refusals(`omits another environment whose /boot is a ${what}`, () => {
    const menu = menuOf(aSystem().withBe('a').withKernel('6.1').running().withBe('b').withKernel('6.1').with(change));

    assert.equal(idsOf(menu), ['be-hook:a:6.1']);
  });
}

refusals.run();

const blocked = suite('desiredMenu with a blocked environment');

blocked('keeps the entries of the blocked environment', () => {
  const before = aSystem().withBe('a').withKernel('6.1').active().withBe('b').withKernel('6.1', '6.2');
  const current = menuOf(before);

  const after = menuOf(before.with(malformed).with({ commandLine: textFile('x', 'other') }), current);

  assert.equal(after, current);
});

blocked('omits an entry whose files are deleted', () => {
  const system = aSystem().withBe('a').withKernel('6.1').active().withBe('b');
  const current = menuOf(system.withKernel('6.1', '6.2'));

  assert.equal(idsOf(menuOf(system.withKernel('6.1').with(malformed), current)), [
    'be-hook:a:6.1',
    'be-hook:b>be-hook:b:6.1',
  ]);
});

blocked('keeps the default of a blocked active environment if a menu has it', () => {
  const system = aSystem().withBe('a').withKernel('6.1', '6.2');
  const current = menuOf(system);

  assert.is(defaultOf(menuOf(system.with(malformed), current)), 'be-hook:a:6.2');
  const result = resultOf(system.with(malformed));
  assert.ok(isProblem(result) && result.code === 'file-malformed');
});

blocked('moves the kept entries to the top when the blocked environment is active', () => {
  const system = aSystem().withBe('a').withKernel('6.1').withBe('b').withKernel('6.1').with(malformed);
  const current = menuOf(aSystem().withBe('a').withKernel('6.1').withBe('b').withKernel('6.1'));

  const menu = menuOf(system.active(), current);

  assert.equal([defaultOf(menu), idsOf(menu)], ['be-hook:b:6.1', ['be-hook:b:6.1', 'be-hook:a>be-hook:a:6.1']]);
});

blocked('omits a blocked environment that was never in a menu', () => {
  assert.equal(
    idsOf(menuOf(aSystem().withBe('a').withKernel('6.1').active().withBe('b').withKernel('6.1').with(malformed))),
    ['be-hook:a:6.1'],
  );
});

blocked.run();

const trimming = suite('desiredMenu with a limit of entries');

trimming('keeps the newest kernel of each environment before any second newest kernel', () => {
  const all = ['6.3', '6.2', '6.1'] as const;
  const system = (limit: number): SystemBuilder =>
    aSystem()
      .withBe('a')
      .withKernel(...all)
      .with(withLimit(limit))
      .active()
      .withBe('b')
      .withKernel(...all);

  assert.equal(idsOf(menuOf(system(6))).length, 6);
  assert.equal(idsOf(menuOf(system(3))), ['be-hook:a:6.3', 'be-hook:a:6.2', 'be-hook:b>be-hook:b:6.3']);
  assert.equal(desired(system(3)).warnings, [{ code: 'menu-trimmed', shown: 3, total: 6 }]);
  assert.equal(desired(system(6)).warnings, []);
});

trimming('keeps the default at every limit', () => {
  const menu = menuOf(
    aSystem().withBe('b').withKernel('6.9').withBe('a').withKernel('6.1').with(withLimit(1)).active(),
  );

  assert.equal([defaultOf(menu), idsOf(menu)], ['be-hook:a:6.1', ['be-hook:a:6.1']]);
});

trimming('offers no one-shot boot of an environment without entries', () => {
  const system = aSystem().withBe('b').withKernel('6.9').withBe('a').withKernel('6.1').with(withLimit(1)).active();
  const state = { ...system.state(), oneShot: { filesystemUuid: '1A2B-3C4D' } };
  const result = desiredMenu(state, () => undefined, undefined, grub.can);
  assert.ok(!isProblem(result));
  assert.equal(result.menu.oneShot?.choices, [{ be: 'a', release: '6.1' }]);
});

trimming.run();
