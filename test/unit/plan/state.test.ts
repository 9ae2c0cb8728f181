import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { printMark } from '../../../lib/formats/mark.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { aSystem, beName, environmentOf, filesystemUuid, noFile, textFile, uuidOf } from '../../support/builders.ts';

const test = suite('interpretState');

test('a marked subvolume is a boot environment, an unmarked one is not', () => {
  const { environments, problems } = aSystem().withBe('a').withUnmarkedRoot('@other').state();

  assert.equal(
    environments.map(({ name, marked }) => [name, marked]),
    [['a', true]],
  );
  assert.equal(problems, []);
});

test('the running root is a boot environment without a mark, named after its path', () => {
  const { environments } = aSystem().withUnmarkedRoot('roots/@fedora 44').running().state();

  assert.equal(
    environments.map(({ name, marked, running, active }) => [name, marked, running, active]),
    [['fedora-44', false, true, true]],
  );
});

test('a copy of a boot environment does not become one by the mark that it inherits', () => {
  const mark = printMark({ version: 1, name: beName('a'), uuid: uuidOf(256), created: 1 });
  const system = aSystem().withBe('a').withUnmarkedRoot('@copy').with({ mark });

  assert.equal(
    system.state().environments.map(({ name }) => name),
    ['a'],
  );
  assert.equal(system.state().problems, [{ code: 'mark-stale', path: '@copy', name: 'a' }]);
});

test('a read-only copy of a boot environment is a snapshot, and no problem', () => {
  const mark = printMark({ version: 1, name: beName('a'), uuid: uuidOf(256), created: 1 });
  const { environments, problems } = aSystem()
    .withBe('a')
    .withUnmarkedRoot('@s')
    .with({ mark, readOnly: true })
    .state();

  assert.equal([environments.length, problems], [1, []]);
});

test('a running copy is a boot environment of its own, not yet adopted', () => {
  const mark = printMark({ version: 1, name: beName('a'), uuid: uuidOf(256), created: 1 });
  const state = aSystem().withBe('a').withUnmarkedRoot('@rolled').with({ mark }).running().state();

  assert.equal(environmentOf(state, 'rolled').marked, false);
  assert.equal(state.problems, []);
});

test('reports a malformed mark, and does not offer its subvolume', () => {
  for (const [mark, code] of [
    ['torn', 'mark-malformed'],
    ['{"version":0}', 'mark-malformed'],
    ['{"version":2,"name":"a"}', 'mark-malformed'],
  ] as const) {
    const { environments, problems } = aSystem().withUnmarkedRoot('@a').with({ mark }).state();
    assert.equal([environments, problems], [[], [{ code, path: '@a' }]]);
  }
});

test('a root that others than root can change is never offered, whatever mark it carries', () => {
  const { environments, problems } = aSystem()
    .withBe('a')
    .with({ unsafe: 'it belongs to the user with id 1000' })
    .state();

  assert.equal(environments, []);
  assert.equal(problems, [{ code: 'subvolume-unsafe', path: '@a', why: 'it belongs to the user with id 1000' }]);
});

test('the recorded environment is active, whichever runs', () => {
  const state = aSystem().withBe('a').running().withBe('b').active().state();

  assert.equal(
    state.environments.map(({ name, active, running }) => [name, active, running]),
    [
      ['b', true, false],
      ['a', false, true],
    ],
  );
});

test('the running environment is active when none is recorded, or one that is gone', () => {
  const running = aSystem().withBe('old').withBe('a').running();
  for (const active of [undefined, uuidOf(999)]) {
    const state = interpretState({ ...running.observation(), active });
    assert.equal(
      state.environments.filter((environment) => environment.active).map(({ name }) => name),
      ['a'],
    );
  }
});

test('the oldest environment is active when none is recorded and none runs', () => {
  const state = aSystem().withBe('first').withBe('second').state();

  assert.equal(
    state.environments.filter((environment) => environment.active).map(({ name }) => name),
    ['first'],
  );
});

test('the order is active, running, then the youngest first', () => {
  const state = aSystem().withBe('r').running().withBe('x').withBe('y').withBe('z').withBe('act').active().state();

  assert.equal(
    state.environments.map(({ name }) => name),
    ['act', 'r', 'z', 'y', 'x'],
  );
});

test('of two environments with one name the older keeps it; the warning says where the other is', () => {
  const mark = printMark({ version: 1, name: beName('a'), uuid: uuidOf(257), created: 5 });
  const state = aSystem().withBe('a').withBe('b').with({ mark }).state();

  assert.equal(environmentOf(state, 'a').subvolume.id, 256);
  assert.equal(environmentOf(state, 'a-2').subvolume.id, 257);
  assert.equal(state.problems, [{ code: 'name-taken', name: 'a', path: '@a', remedy: 'rename' }]);
});

test('of two environments with names too like each other the message names the other one', () => {
  const state = aSystem().withBe('a.1').withBe('A1').state();

  assert.equal(state.problems, [{ code: 'name-taken', name: 'A1', path: '@a.1', remedy: 'rename' }]);
});

test('an environment keeps a name that it alone is marked with, whatever others with one name are given', () => {
  const mark = printMark({ version: 1, name: beName('a'), uuid: uuidOf(257), created: 5 });
  const state = aSystem().withBe('a').withBe('b').with({ mark }).withBe('a-2').state();

  assert.equal(environmentOf(state, 'a-2').subvolume.path, '@a-2');
});

test('an unmarked running root does not take the name of a marked one', () => {
  const state = aSystem().withUnmarkedRoot('roots/a').running().withBe('a').state();

  assert.equal(environmentOf(state, 'a').subvolume.path, '@a');
  assert.equal(environmentOf(state, 'a-2').subvolume.path, 'roots/a');
  assert.equal(state.problems, []);
});

test('reports lines of the subvolume list that cannot be trusted', () => {
  const { subvolume } = aSystem().withBe('a').observation().roots[0] ?? {};
  if (subvolume === undefined) throw new Error('no root');
  const state = interpretState({ ...aSystem().observation(), ambiguous: [subvolume] });

  assert.equal(state.problems, [{ code: 'listing-ambiguous', paths: ['@a'] }]);
});

test('reports a firmware stub that leads to no menu directory of this file system', () => {
  const stub = { path: 'EFI/fedora/grub.cfg', filesystemUuid, menuDirectory: '@gone/boot/grub2', relative: false };
  const other = { ...stub, filesystemUuid: uuidOf(1) };
  const state = aSystem()
    .withBe('a')
    .withTools({ stubs: [{ ...stub, menuDirectory: '@a/boot/grub2' }, stub, other] })
    .state();

  assert.equal(state.problems, [{ code: 'menu-home-unknown', path: stub.path, menuDirectory: stub.menuDirectory }]);
});

test('the title is what os-release says, made safe, and Linux where it says nothing', () => {
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

test('an ID that GRUB could take for more than a word is not used', () => {
  const osId = (id: string): string => {
    const system = aSystem()
      .withBe('a')
      .with({ osRelease: textFile('x', `NAME=x\nID="${id}"\n`) });
    return environmentOf(system.state(), 'a').osId;
  };

  for (const id of ['fedora', 'opensuse-tumbleweed', 'rhel_8.9']) assert.is(osId(id), id);
  for (const id of ['', 'A B', '../x', "x'", 'x;y', 'ü', 'x\ny']) assert.is(osId(id), 'linux', id);
});

test('an ID that looks like an option of GRUB is not used, for our menu could not be read back', () => {
  for (const id of ['--id', '-x']) {
    const system = aSystem()
      .withBe('a')
      .with({ osRelease: textFile('x', `NAME=x\nID=${id}\n`) });
    assert.is(environmentOf(system.state(), 'a').osId, 'linux', id);
  }
});

test('an os-release without a name is a problem that blocks no boot; a missing one is no problem', () => {
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
  ['fstab', { fstab: textFile('@a/etc/fstab', 'torn') }],
  ['/etc/default/grub', { grubDefaults: [textFile('@a/etc/default/grub', 'X="open')] }],
  ['kernel command line', { commandLine: textFile('@a/etc/kernel/cmdline', 'quiet \u001b[31m') }],
  ['unreadable fstab', { fstab: { kind: 'unreadable', path: '@a/etc/fstab', why: 'it is not UTF-8 text' } }],
] as const) {
  test(`a malformed ${what} blocks its environment and says where`, () => {
    const state = aSystem().withBe('a').withKernel('6.1').with(change).withBe('b').withKernel('6.1').state();

    const { blocker } = environmentOf(state, 'a');
    assert.ok(blocker?.code === 'file-malformed' || blocker?.code === 'file-unreadable', what);
    assert.ok('path' in blocker && blocker.path.startsWith('@a/etc/'));
    assert.is(environmentOf(state, 'b').blocker, undefined);
  });
}

for (const [what, config] of [
  ['malformed', textFile('@a/etc/be-hook/be-hook.conf', 'nonsense')],
  ['unreadable', { kind: 'unreadable', path: '@a/etc/be-hook/be-hook.conf', why: 'it is not UTF-8 text' }],
] as const) {
  test(`a ${what} be-hook.conf is a warning and blocks nothing`, () => {
    const a = environmentOf(aSystem().withBe('a').withKernel('6.1').with({ config }).state(), 'a');

    assert.equal([a.blocker, a.kernels.length], [undefined, 1]);
    assert.equal(
      a.problems.map((problem) => [problem.code, 'path' in problem ? problem.path : undefined]),
      [['setting-ignored', '@a/etc/be-hook/be-hook.conf']],
    );
  });
}

test.run();
