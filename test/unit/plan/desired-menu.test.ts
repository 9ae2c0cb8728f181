import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { renderMenu } from '../../../lib/bootloaders/grub/render-menu.ts';
import { entriesOf, type Menu } from '../../../lib/model/menu.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import { type DesiredMenu, desiredMenu } from '../../../lib/plan/desired-menu.ts';
import { aSystem, filesystemUuid, type SystemBuilder, textFile } from '../../support/builders.ts';

function desired(system: SystemBuilder, current?: Menu, leaving?: string): DesiredMenu {
  const answer = desiredMenu(system.state(), () => current, leaving === undefined ? undefined : { release: leaving });
  if (isProblem(answer)) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer;
}
const menuOf = (...args: Parameters<typeof desired>): Menu => desired(...args).menu;
const idsOf = (menu: Menu): readonly string[] => entriesOf(menu).map((entry) => grub.nameEntry(menu, entry));
const defaultOf = (menu: Menu): string => grub.nameEntry(menu, menu.default);
const torn = { fstab: textFile('@x/etc/fstab', 'torn') };
const withLimit = (limit: number) => ({ config: textFile('x', `max-entries = ${limit}`) });

const test = suite('the menu that ought to exist');

test("the active environment's newest kernel is the default", () => {
  const menu = menuOf(aSystem().withBe('a').withKernel('6.2', '6.10').withBe('b').withKernel('6.99').running());

  assert.is(defaultOf(menu), 'be-hook:b:6.99');
  assert.is(
    defaultOf(
      menuOf(aSystem().withBe('a').withKernel('6.2', '6.10').active().withBe('b').withKernel('6.99').running()),
    ),
    'be-hook:a:6.10',
  );
});

test('the active environment is at the top, every other one in a submenu of its own', () => {
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

test('an entry has what its kernel needs, with paths from the top of the file system', () => {
  const [entry] = entriesOf(menuOf(aSystem().withBe('a').withKernel('6.1')));

  assert.equal(entry, {
    be: 'a',
    release: '6.1',
    title: 'a: Fedora Linux 44, Linux 6.1',
    osId: 'fedora',
    image: '/@a/boot/vmlinuz-6.1',
    initrds: ['/@a/boot/initramfs-6.1.img'],
    options: [`root=UUID=${filesystemUuid}`, 'ro', 'rootflags=subvol=@a', 'quiet'],
  });
});

test('every entry names the root of its own environment, once', () => {
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
    assert.ok(image.startsWith(`/@${be}/`));
  }
});

test('the settings are those of the active environment', () => {
  const timeout = (seconds: number) => ({ grubDefaults: [textFile('x', `GRUB_TIMEOUT=${seconds}`)] });
  const system = aSystem()
    .withBe('a')
    .with(timeout(11))
    .withKernel('6.1')
    .running()
    .withBe('b')
    .with(timeout(22))
    .withKernel('6.1')
    .active();

  assert.is(menuOf(system).settings.timeout, 22);
});

test('an environment without kernels has no place in the menu', () => {
  const menu = menuOf(aSystem().withBe('a').withKernel('6.1').active().withBe('empty'));

  assert.equal(idsOf(menu), ['be-hook:a:6.1']);
});

test('a kernel that leaves the running system is offered no longer there, but elsewhere it is', () => {
  const system = aSystem().withBe('a').withKernel('6.1', '6.2').running().withBe('b').withKernel('6.2');

  assert.equal(idsOf(menuOf(system, undefined, '6.2')), ['be-hook:a:6.1', 'be-hook:b>be-hook:b:6.2']);
});

test.run();

const refusals = suite('refusals of a menu');

const answerTo = (system: SystemBuilder, leaving?: string): unknown =>
  desiredMenu(system.state(), () => undefined, leaving === undefined ? undefined : { release: leaving });

refusals('no environment, no menu', () => {
  assert.equal(answerTo(aSystem()), { code: 'no-environments' });
});

refusals('nothing bootable, no menu', () => {
  assert.equal(answerTo(aSystem().withBe('a').withBe('b')), { code: 'nothing-bootable', names: ['a', 'b'] });
});

refusals('no default, no menu, whatever else could be booted', () => {
  assert.equal(answerTo(aSystem().withBe('a').active().withBe('b').withKernel('6.1')), {
    code: 'active-not-bootable',
    name: 'a',
  });
});

refusals('the last kernel may leave, but not the last menu', () => {
  const system = aSystem().withBe('a').withKernel('6.1').running();

  assert.equal(answerTo(system, '6.1'), { code: 'nothing-bootable', names: ['a'] });
});

refusals('the mark of one environment keeps no other one out of the menu', () => {
  const system = aSystem()
    .withBe('a')
    .withKernel('6.1')
    .running()
    .withUnmarkedRoot('@b')
    .with({ mark: '{"version":2}' });

  assert.ok(!isProblem(desiredMenu(system.state(), () => undefined, undefined)));
});

for (const [what, change] of [
  ['file system', { fstab: textFile('x', 'UUID=1 /boot ext4 defaults') }],
  ['subvolume', { boot: { kind: 'subvolume', path: '@a/boot' } }],
  ['placeholder', { boot: { kind: 'placeholder', path: '@a/boot' } }],
] as const) {
  refusals(`a running system whose /boot is a ${what} is refused by name`, () => {
    const answer = answerTo(
      aSystem().withBe('a').withKernel('6.1').with(change).running().withBe('b').withKernel('6.1').active(),
    );

    assert.ok(isProblem(answer) && answer.code === 'layout-unsupported' && answer.name === 'a');
  });

  refusals(`another environment whose /boot is a ${what} is left out`, () => {
    const menu = menuOf(aSystem().withBe('a').withKernel('6.1').running().withBe('b').withKernel('6.1').with(change));

    assert.equal(idsOf(menu), ['be-hook:a:6.1']);
  });
}

refusals.run();

const blocked = suite('environments that are not understood');

blocked('the entries of one stay as they are', () => {
  const before = aSystem().withBe('a').withKernel('6.1').active().withBe('b').withKernel('6.1', '6.2');
  const current = menuOf(before);

  const after = menuOf(before.with(torn).with({ commandLine: textFile('x', 'other') }), current);

  assert.is(renderMenu(after), renderMenu(current));
});

blocked('an entry whose files are gone does not stay', () => {
  const system = aSystem().withBe('a').withKernel('6.1').active().withBe('b');
  const current = menuOf(system.withKernel('6.1', '6.2'));

  assert.equal(idsOf(menuOf(system.withKernel('6.1').with(torn), current)), [
    'be-hook:a:6.1',
    'be-hook:b>be-hook:b:6.1',
  ]);
});

blocked('an active one keeps its default, as long as it is known', () => {
  const system = aSystem().withBe('a').withKernel('6.1', '6.2');
  const current = menuOf(system);

  assert.is(defaultOf(menuOf(system.with(torn), current)), 'be-hook:a:6.2');
  const answer = answerTo(system.with(torn));
  assert.ok(isProblem(answer) && answer.code === 'file-malformed');
});

blocked('the kept entries of one that has become active move to the top, with their ids', () => {
  const system = aSystem().withBe('a').withKernel('6.1').withBe('b').withKernel('6.1').with(torn);
  const current = menuOf(aSystem().withBe('a').withKernel('6.1').withBe('b').withKernel('6.1'));

  const menu = menuOf(system.active(), current);

  assert.equal([defaultOf(menu), idsOf(menu)], ['be-hook:b:6.1', ['be-hook:b:6.1', 'be-hook:a>be-hook:a:6.1']]);
});

blocked('one that was never in a menu is left out', () => {
  assert.equal(
    idsOf(menuOf(aSystem().withBe('a').withKernel('6.1').active().withBe('b').withKernel('6.1').with(torn))),
    ['be-hook:a:6.1'],
  );
});

blocked.run();

const trimming = suite('the limit of entries');

trimming('the newest of every environment stay before the second newest of any', () => {
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

trimming('the default stays whatever the limit', () => {
  const menu = menuOf(
    aSystem().withBe('b').withKernel('6.9').withBe('a').withKernel('6.1').with(withLimit(1)).active(),
  );

  assert.equal([defaultOf(menu), idsOf(menu)], ['be-hook:a:6.1', ['be-hook:a:6.1']]);
});

trimming('an environment whose entries are all left out cannot be chosen for one start', () => {
  const system = aSystem().withBe('b').withKernel('6.9').withBe('a').withKernel('6.1').with(withLimit(1)).active();
  const state = { ...system.state(), oneShot: { filesystemUuid: '1A2B-3C4D' } };
  const answer = desiredMenu(state, () => undefined, undefined);
  assert.ok(!isProblem(answer));
  assert.equal(answer.menu.oneShot?.choices, [{ be: 'a', release: '6.1' }]);
});

trimming.run();
