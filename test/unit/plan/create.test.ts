import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { grubRoot } from '../../../lib/bootloaders/grub/facts.ts';
import { parseMark } from '../../../lib/formats/mark.ts';
import type { Observation, RootFacts } from '../../../lib/model/observation.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import type { Step } from '../../../lib/model/step.ts';
import { type CreateIntent, planCreate } from '../../../lib/plan/create.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import { aSystem, beName, filesystemUuid, planned, textFile, uuidOf } from '../../support/builders.ts';

const plain: CreateIntent = {
  source: undefined,
  name: undefined,
  description: undefined,
  activation: 'none',
  now: 1_800_000_000,
};
const create = (observation: Observation, intent: Partial<CreateIntent> = {}): Observation => {
  const { steps } = planned(planCreate(worldOf(observation, grub), { ...plain, ...intent }));
  return applyInMemory(observation, steps);
};
const refusal = (observation: Observation, intent: Partial<CreateIntent> = {}): string => {
  const answer = planCreate(worldOf(observation, grub), { ...plain, ...intent });
  return isProblem(answer) ? answer.code : 'planned';
};
const rootAt = (observation: Observation, path: string): RootFacts => {
  const found = observation.roots.find(({ subvolume }) => subvolume.path === path);
  if (found === undefined) throw new Error(`there is no /${path}`);
  return found;
};
const writes = (steps: readonly Step[]): readonly string[] =>
  steps.flatMap((step) => (step.kind === 'write-file' ? [step.path] : []));
const base = aSystem().withBe('a').withKernel('6.1').active();

const test = suite('planCreate');

test('makes a boot environment that is in the menu, with nothing left to sync', () => {
  const after = create(base.observation(), { name: beName('b'), description: 'why not' });

  const state = interpretState(after, grub);
  const copy = state.environments.find(({ name }) => name === 'b');
  assert.is(copy?.subvolume.path, 'be-hook/b/root');
  assert.is(copy?.created, plain.now);
  assert.is(copy?.description, 'why not');
  assert.is(copy?.origin, 'a');
  assert.equal(state.unfinishedWork, []);
  assert.equal(
    state.environments.map(({ name, active }) => [name, active]),
    [
      ['a', true],
      ['b', false],
    ],
  );
  assert.equal(planned(planSync(worldOf(after, grub), { refreshDistributionMenu: false })).steps, []);
});

test('derives a missing name from the source, with the next number', () => {
  let observation = base.observation();
  const names = (): string[] =>
    interpretState(observation, grub)
      .environments.map(({ name }) => name)
      .sort();
  for (const source of ['a', 'a-2', 'a-3']) {
    observation = create(observation, { source: { name: source, snapshot: undefined } });
  }
  assert.equal(names(), ['a', 'a-2', 'a-3', 'a-4']);
});

test('names the copy of fedora-44 fedora-44-2, not fedora-45', () => {
  const after = create(aSystem().withBe('fedora-44').withKernel('6.1').active().observation());
  assert.ok(interpretState(after, grub).environments.some(({ name }) => name === 'fedora-44-2'));
});

test('refuses a name that is too similar to another name', () => {
  for (const [present, name] of [
    ['a', 'a'],
    ['a', 'A'],
    ['be-1', 'be_1'],
    ['be1', 'be01'],
  ] as const) {
    const system = aSystem().withBe(present).withKernel('6.1').active();
    assert.is(refusal(system.observation(), { name: beName(name) }), 'name-taken', name);
  }
});

test('records an unadopted running root and the default before it makes a copy', () => {
  const observation = aSystem().withUnmarkedRoot('@').withKernel('6.1').running().observation();

  const after = create(observation, { name: beName('b') });

  assert.is(parseMark(rootAt(after, '@').mark ?? '')?.uuid, uuidOf(256));
  assert.is(after.active, uuidOf(256));
});

test('fstab, GRUB defaults and command line name the copy, the command line last', () => {
  const system = base
    .with({
      fstab: textFile('@a/etc/fstab', `UUID=${filesystemUuid} / btrfs subvolid=256,subvol=/@a,noatime 0 0\n`),
      commandLine: textFile('@a/etc/kernel/cmdline', 'root=UUID=1 rootflags=subvol=@a quiet\n'),
    })
    .withGrubDefaults('GRUB_CMDLINE_LINUX="rootflags=subvol=@a"\n');
  const plan = planned(planCreate(worldOf(system.observation(), grub), { ...plain, name: beName('b') }));

  const copy = rootAt(applyInMemory(system.observation(), plan.steps), 'be-hook/b/root');
  const texts = [copy.fstab, copy.commandLine, ...grubRoot(copy).defaults].map((file) =>
    file.kind === 'text' ? file.text : '',
  );
  assert.equal(texts, [
    `UUID=${filesystemUuid} / btrfs subvol=/be-hook/b/root,noatime 0 0\n`,
    `root=UUID=${filesystemUuid} ro rootflags=subvol=be-hook/b/root quiet\n`,
    'GRUB_CMDLINE_LINUX="rootflags=subvol=be-hook/b/root"\n',
  ]);
  const paths = writes(plan.steps).filter((path) => /^be-hook\/b\/root\/etc\/(fstab|default|kernel)/.test(path));
  assert.is(paths.at(-1), 'be-hook/b/root/etc/kernel/cmdline');
});

test('rewrites a command line without a root if it rewrites the GRUB defaults', () => {
  const system = base
    .with({
      commandLine: textFile('@a/etc/kernel/cmdline', 'quiet\n'),
    })
    .withGrubDefaults('GRUB_CMDLINE_LINUX="rootflags=subvol=@a"\n');
  const { steps } = planned(planCreate(worldOf(system.observation(), grub), { ...plain, name: beName('b') }));
  assert.ok(writes(steps).includes('be-hook/b/root/etc/kernel/cmdline'));
});

test('writes nothing into the source except its menu', () => {
  const { steps } = planned(planCreate(worldOf(base.observation(), grub), { ...plain, name: beName('b') }));
  const own = writes(steps).filter((path) => path.startsWith('@a/'));
  assert.equal(own, ['@a/boot/grub2/be-hook.cfg', '@a/etc/grub.d/99_be-hook', '@a/boot/grub2/grub.cfg']);
});

test('refuses a malformed, unsupported, full, swap or unknown source', () => {
  const { filesystem } = base.observation();
  const cases: readonly (readonly [string, Observation])[] = [
    ['file-malformed', base.with({ fstab: textFile('@a/etc/fstab', 'torn') }).observation()],
    ['layout-unsupported', base.with({ fstab: textFile('@a/etc/fstab', 'UUID=1 /boot ext4 defaults') }).observation()],
    ['space-short', { ...base.observation(), filesystem: { ...filesystem, free: 1 << 20 } }],
    ['swap-file', { ...base.observation(), swapFiles: [{ subvolume: 256, path: '/swapfile' }] }],
    ['no-environments', aSystem().observation()],
  ];
  for (const [code, observation] of cases) assert.is(refusal(observation, { name: beName('b') }), code);
  assert.is(refusal(base.observation(), { source: { name: 'x', snapshot: undefined } }), 'no-such-environment');
  assert.is(refusal(base.observation(), { source: { name: 'a', snapshot: 'x' } }), 'no-such-snapshot');
  assert.is(refusal(base.observation(), { activation: 'once' }), 'one-shot-impossible');
});

test('copies a source that cannot boot, but does not activate the copy', () => {
  const bare = aSystem().withBe('a').withKernel('6.1').active().withBe('bare').observation();
  const source = { name: 'bare', snapshot: undefined };
  assert.is(refusal(bare, { source, activation: 'default' }), 'active-not-bootable');
  assert.is(refusal(bare, { source }), 'planned');
});

test.run();
