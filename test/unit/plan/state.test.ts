import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { printMark } from '../../../lib/formats/mark.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import {
  aRoot,
  aSystem,
  beName,
  environmentOf,
  filesystemUuid,
  noFile,
  textFile,
  uuidOf,
  withGrub,
} from '../../support/builders.ts';

const test = suite('interpretState');

test('interprets a marked subvolume as a boot environment, not an unmarked one', () => {
  const { environments, problems } = aSystem().withBe('a').withUnmarkedRoot('@other').state();

  assert.equal(
    environments.map(({ name, marked }) => [name, marked]),
    [['a', true]],
  );
  assert.equal(problems, []);
});

test('interprets the running root as a boot environment, named after its path', () => {
  const { environments } = aSystem().withUnmarkedRoot('roots/@fedora 44').running().state();

  assert.equal(
    environments.map(({ name, marked, running, active }) => [name, marked, running, active]),
    [['fedora-44', false, true, true]],
  );
});

test('ignores the mark that a copy inherits', () => {
  const mark = printMark({ version: 1, name: beName('a'), uuid: uuidOf(256), created: 1 });
  const system = aSystem().withBe('a').withUnmarkedRoot('@copy').with({ mark });

  assert.equal(
    system.state().environments.map(({ name }) => name),
    ['a'],
  );
  assert.equal(system.state().problems, [{ code: 'mark-stale', path: '@copy', name: 'a' }]);
});

test('accepts a read-only copy with an inherited mark as a snapshot', () => {
  const mark = printMark({ version: 1, name: beName('a'), uuid: uuidOf(256), created: 1 });
  const { environments, problems } = aSystem()
    .withBe('a')
    .withUnmarkedRoot('@s')
    .with({ mark, readOnly: true })
    .state();

  assert.equal([environments.length, problems], [1, []]);
});

test('interprets a running copy as a separate environment that is not adopted', () => {
  const mark = printMark({ version: 1, name: beName('a'), uuid: uuidOf(256), created: 1 });
  const state = aSystem().withBe('a').withUnmarkedRoot('@rolled').with({ mark }).running().state();

  assert.equal(environmentOf(state, 'rolled').marked, false);
  assert.equal(state.problems, []);
});

test('reports a malformed mark and ignores the subvolume', () => {
  for (const [mark, code] of [
    ['not JSON', 'mark-malformed'],
    ['{"version":0}', 'mark-malformed'],
    ['{"version":2,"name":"a"}', 'mark-malformed'],
  ] as const) {
    const { environments, problems } = aSystem().withUnmarkedRoot('@a').with({ mark }).state();
    assert.equal([environments, problems], [[], [{ code, path: '@a' }]]);
  }
});

test('ignores a marked root that unprivileged users can change', () => {
  const { environments, problems } = aSystem()
    .withBe('a')
    .with({ unsafe: 'it belongs to the user with id 1000' })
    .state();

  assert.equal(environments, []);
  assert.equal(problems, [{ code: 'subvolume-unsafe', path: '@a', why: 'it belongs to the user with id 1000' }]);
});

test('makes the recorded environment active, also if another one is running', () => {
  const state = aSystem().withBe('a').running().withBe('b').active().state();

  assert.equal(
    state.environments.map(({ name, active, running }) => [name, active, running]),
    [
      ['b', true, false],
      ['a', false, true],
    ],
  );
});

test('makes the running environment active if no existing one is recorded', () => {
  const running = aSystem().withBe('old').withBe('a').running();
  for (const active of [undefined, uuidOf(999)]) {
    const state = interpretState({ ...running.observation(), active }, grub);
    assert.equal(
      state.environments.filter((environment) => environment.active).map(({ name }) => name),
      ['a'],
    );
  }
});

test('makes the oldest environment active if none is recorded or running', () => {
  const state = aSystem().withBe('first').withBe('second').state();

  assert.equal(
    state.environments.filter((environment) => environment.active).map(({ name }) => name),
    ['first'],
  );
});

test('lists the active environment first, then the running one, then by age', () => {
  const state = aSystem().withBe('r').running().withBe('x').withBe('y').withBe('z').withBe('act').active().state();

  assert.equal(
    state.environments.map(({ name }) => name),
    ['act', 'r', 'z', 'y', 'x'],
  );
});

test('the older of two environments keeps the name; the warning has its path', () => {
  const mark = printMark({ version: 1, name: beName('a'), uuid: uuidOf(257), created: 5 });
  const state = aSystem().withBe('a').withBe('b').with({ mark }).state();

  assert.equal(environmentOf(state, 'a').subvolume.id, 256);
  assert.equal(environmentOf(state, 'a-2').subvolume.id, 257);
  assert.equal(state.problems, [{ code: 'name-taken', name: 'a', path: '@a', remedy: 'rename' }]);
});

test('warns about names that are too similar, with the other path', () => {
  const state = aSystem().withBe('a.1').withBe('A1').state();

  assert.equal(state.problems, [{ code: 'name-taken', name: 'A1', path: '@a.1', remedy: 'rename' }]);
});

test('never derives a name that is in the mark of another environment', () => {
  const mark = printMark({ version: 1, name: beName('a'), uuid: uuidOf(257), created: 5 });
  const state = aSystem().withBe('a').withBe('b').with({ mark }).withBe('a-2').state();

  assert.equal(environmentOf(state, 'a-2').subvolume.path, '@a-2');
});

test('does not give an unmarked running root the name of a marked environment', () => {
  const state = aSystem().withUnmarkedRoot('roots/a').running().withBe('a').state();

  assert.equal(environmentOf(state, 'a').subvolume.path, '@a');
  assert.equal(environmentOf(state, 'a-2').subvolume.path, 'roots/a');
  assert.equal(state.problems, []);
});

test('reports ambiguous lines of the subvolume list', () => {
  const { subvolume } = aSystem().withBe('a').observation().roots[0] ?? {};
  if (subvolume === undefined) throw new Error('no root');
  const state = interpretState({ ...aSystem().observation(), ambiguous: [subvolume] }, grub);

  assert.equal(state.problems, [{ code: 'listing-ambiguous', paths: ['@a'] }]);
});

test('reports a firmware stub that names no GRUB directory of this file system', () => {
  const stub = { path: 'EFI/fedora/grub.cfg', filesystemUuid, menuDirectory: '@gone/boot/grub2', relative: false };
  const other = { ...stub, filesystemUuid: uuidOf(1) };
  const state = aSystem()
    .withBe('a')
    .withGrubMachine({ stubs: [{ ...stub, menuDirectory: '@a/boot/grub2' }, stub, other] })
    .state();

  assert.equal(state.problems, [{ code: 'menu-home-unknown', path: stub.path, menuDirectory: stub.menuDirectory }]);
});

test('uses the name of os-release as title, without control characters, or “Linux”', () => {
  const title = (text: string): string => {
    const system = aSystem()
      .withBe('a')
      .with({ osRelease: textFile('@a/etc/os-release', text) });
    return environmentOf(system.state(), 'a').title;
  };

  assert.is(title('PRETTY_NAME="Fedora Linux 44"'), 'Fedora Linux 44');
  assert.is(title('PRETTY_NAME="a\u001b[31mb\nc"'), 'a?[31mb?c');
  assert.is(title('nothing'), 'Linux');
  assert.is(title(`NAME=${'x'.repeat(500)}`).length, 80);
});

test('ignores an ID that GRUB could read as more than one word', () => {
  const osId = (id: string): string => {
    const system = aSystem()
      .withBe('a')
      .with({ osRelease: textFile('x', `NAME=x\nID="${id}"\n`) });
    return environmentOf(system.state(), 'a').osId;
  };

  for (const id of ['fedora', 'opensuse-tumbleweed', 'rhel_8.9']) assert.is(osId(id), id);
  for (const id of ['', 'A B', '../x', "x'", 'x;y', 'ü', 'x\ny']) assert.is(osId(id), 'linux', id);
});

test('ignores an ID that looks like a GRUB option, because parseMenu cannot read it', () => {
  for (const id of ['--id', '-x']) {
    const system = aSystem()
      .withBe('a')
      .with({ osRelease: textFile('x', `NAME=x\nID=${id}\n`) });
    assert.is(environmentOf(system.state(), 'a').osId, 'linux', id);
  }
});

test('warns about an os-release without a name, and accepts a missing one', () => {
  const system = aSystem().withBe('a').withKernel('6.1');
  const nameless = environmentOf(system.with({ osRelease: textFile('@a/etc/os-release', 'ID=x') }).state(), 'a');
  const missing = environmentOf(system.with({ osRelease: noFile('@a/etc/os-release') }).state(), 'a');

  assert.equal(
    nameless.problems.map(({ code }) => code),
    ['file-malformed'],
  );
  assert.equal([nameless.blocker, nameless.kernels.length], [undefined, 1]);
  assert.equal([missing.problems, missing.blocker, missing.title], [[], undefined, 'Linux']);
});

for (const [what, change] of [
  ['fstab', { fstab: textFile('@a/etc/fstab', 'malformed') }],
  ['/etc/default/grub', withGrub(aRoot(256, '@a'), { defaults: [textFile('@a/etc/default/grub', 'X="open')] })],
  ['kernel command line', { commandLine: textFile('@a/etc/kernel/cmdline', 'quiet \u001b[31m') }],
  ['unreadable fstab', { fstab: { kind: 'unreadable', path: '@a/etc/fstab', why: 'it is not UTF-8 text' } }],
] as const) {
  test(`blocks an environment with a malformed ${what}, with its path`, () => {
    const state = aSystem().withBe('a').withKernel('6.1').with(change).withBe('b').withKernel('6.1').state();

    const { blocker } = environmentOf(state, 'a');
    assert.ok(blocker?.code === 'file-malformed' || blocker?.code === 'file-unreadable', what);
    assert.ok('path' in blocker && blocker.path.startsWith('@a/etc/'));
    assert.is(environmentOf(state, 'b').blocker, undefined);
  });
}

test('warns in the environment with an unreadable boot loader entry that no kernel needs', () => {
  const path = '@a/boot/loader/entries/x.conf';
  const state = aSystem()
    .withBe('a')
    .withKernel('6.1')
    .withGrubCfg('blscfg\nset default="${saved_entry}"\n')
    .withHome({ grubenv: textFile('@a/boot/grub2/grubenv', '# GRUB Environment Block\nsaved_entry=x\n') })
    .with({
      blsEntries: [
        { kind: 'unreadable', path, why: 'it is not UTF-8 text' },
        textFile('@a/boot/loader/entries/m-6.1.conf', 'version 6.1\nlinux /vmlinuz-6.1\noptions ro\n'),
      ],
    })
    .withBe('b')
    .withKernel('6.1')
    .state();

  const { blocker, problems, kernels } = environmentOf(state, 'a');
  assert.equal([blocker, kernels.length], [undefined, 1]);
  assert.equal(problems, [{ code: 'file-unreadable', path, why: 'it is not UTF-8 text' }]);
  assert.equal(environmentOf(state, 'b').problems, []);
});

for (const [what, config] of [
  ['malformed', textFile('@a/etc/be-hook/be-hook.conf', 'nonsense')],
  ['unreadable', { kind: 'unreadable', path: '@a/etc/be-hook/be-hook.conf', why: 'it is not UTF-8 text' }],
] as const) {
  test(`only warns about a ${what} be-hook.conf`, () => {
    const a = environmentOf(aSystem().withBe('a').withKernel('6.1').with({ config }).state(), 'a');

    assert.equal([a.blocker, a.kernels.length], [undefined, 1]);
    assert.equal(
      a.problems.map((problem) => [problem.code, 'path' in problem ? problem.path : undefined]),
      [['setting-ignored', '@a/etc/be-hook/be-hook.conf']],
    );
  });
}

test.run();
