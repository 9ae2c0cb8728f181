import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { printSnapshotMark } from '../../../lib/formats/mark.ts';
import type { Observation } from '../../../lib/model/observation.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import { describeProblem } from '../../../lib/model/problem-text.ts';
import { parseTarget } from '../../../lib/model/snapshot-name.ts';
import { planDestroy } from '../../../lib/plan/destroy.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planPrune } from '../../../lib/plan/prune.ts';
import { planRollback } from '../../../lib/plan/rollback.ts';
import { planTidy } from '../../../lib/plan/tidy.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { aSystem, planned, textFile, uuidOf } from '../../support/builders.ts';

const test = suite('the default subvolume');

/** `main` boots by default. `old` (257) is automatic: 268 is a snapshot of it, and 269 is a subvolume inside it. */
function scene(defaultSubvolume: number, change: Partial<Observation> = {}): Observation {
  const system = aSystem().withTools({ firmware: 'bios' }).withBe('main').withKernel('6.1').active();
  const config = textFile('@main/etc/be-hook/be-hook.conf', 'keep-automatic = 1');
  const both = system.with({ config }).withBe('old').withKernel('6.1').withMark({ automatic: true });
  const observation = both.withBe('young').withKernel('6.1').withMark({ automatic: true }).observation();
  const other = (id: number, path: string) => ({ id, uuid: uuidOf(id), parentUuid: undefined, path, generation: 8 });
  const snapshot = { version: 1, name: 's', uuid: uuidOf(268), created: 1, of: uuidOf(257) } as Parameters<
    typeof printSnapshotMark
  >[0];
  return {
    ...observation,
    filesystem: { ...observation.filesystem, defaultSubvolume },
    subvolumes: [...observation.subvolumes, other(268, 'be-hook/old@s/root'), other(269, '@old/var/inner')],
    store: ['be-hook/old@s'],
    readOnly: [268],
    attributes: [{ path: 'be-hook/old@s/root', name: 'snapshot', value: printSnapshotMark(snapshot) }],
    uses: [],
    ...change,
  };
}

function refused(observation: Observation, verb: typeof planDestroy, name: string): string {
  const target = parseTarget(name);
  if (isProblem(target)) throw new Error(`${name} is no target`);
  const answer = verb(worldOf(observation, grub), target);
  if (!isProblem(answer)) return 'planned';
  const { message, hint } = describeProblem(answer);
  return `${answer.code}: ${message}; ${hint}`;
}

const says = (name: string, mountpoint: string): string =>
  `environment-in-use: cannot destroy “${name}”: it is the default subvolume of the file system; ` +
  `if nothing relies on that, run first: btrfs subvolume set-default 5 ${mountpoint}`;

for (const [what, id] of [
  ['the default subvolume', 257],
  ['an environment with the default subvolume inside', 269],
  ['an environment with the default subvolume as a snapshot', 268],
] as const) {
  test(`refuses to destroy ${what}`, () => {
    assert.is(refused(scene(id), planDestroy, 'old'), says('old', 'DIR'));
  });
}

test('refuses to destroy a snapshot that is the default subvolume', () => {
  assert.is(refused(scene(268), planDestroy, 'old@s'), says('old@s', 'DIR'));
});

test('the hint names a mount point that needs no quotes in a shell', () => {
  const before = scene(257);
  const at = (...mountpoints: readonly string[]): string => {
    const mounts = mountpoints.map((mountpoint) => ({ subvolume: 5, mountpoint }));
    return refused({ ...before, filesystem: { ...before.filesystem, mounts } }, planDestroy, 'old');
  };
  assert.is(at('/mnt/top', '/srv'), says('old', '/mnt/top'));
  assert.is(at('/srv', '/'), says('old', '/'));
  assert.is(at('/a b'), says('old', 'DIR'));
});

test('does not protect an environment that is not the default subvolume', () => {
  assert.is(refused(scene(5), planDestroy, 'old'), 'planned');
  assert.is(refused(scene(256), planDestroy, 'old'), 'planned');
});

test('refuses a rollback that replaces the default subvolume', () => {
  const verb: typeof planDestroy = (world, target) => planRollback(world, target, 1);
  const system = aSystem().withTools({ firmware: 'bios' }).withBe('old').withKernel('6.1').observation();
  const observation = { ...system, filesystem: { ...system.filesystem, defaultSubvolume: 256 }, uses: [] };
  const snapshot = { id: 300, uuid: uuidOf(300), parentUuid: uuidOf(256), path: 'be-hook/old@s/root', generation: 8 };
  const mark = { version: 1, name: 's', uuid: uuidOf(300), created: 1, of: uuidOf(256) } as Parameters<
    typeof printSnapshotMark
  >[0];
  const root = { ...(system.roots[0] as Observation['roots'][number]), subvolume: snapshot, mark: undefined };
  const kept = {
    ...observation,
    roots: [...system.roots, root],
    subvolumes: [...system.subvolumes, snapshot],
    store: ['be-hook/old@s'],
    readOnly: [300],
    attributes: [{ path: snapshot.path, name: 'snapshot', value: printSnapshotMark(mark) }],
  };
  assert.is(refused(kept, verb, 'old@s'), says('old', 'DIR'));
});

test('is never pruned, and a note gives the reason', () => {
  const without = { subvolumes: scene(5).subvolumes.filter(({ id }) => id < 268), attributes: [], store: [] };
  assert.ok(
    planned(planPrune(worldOf(scene(5, without), grub), 1)).steps.some((step) => 'id' in step && step.id === 257),
  );
  const { steps, notes = [] } = planned(planPrune(worldOf(scene(257, without), grub), 1));
  assert.equal(steps, []);
  assert.match(notes.join('\n'), /“old” is kept, although .*: cannot destroy “old”: it is the default subvolume/);
});

test('is kept as unfinished work with a warning; other unfinished work is deleted', () => {
  const markedForDeletion = (path: string, id: number) => ({ path, name: 'doomed' as const, value: uuidOf(id) });
  const attributes = [markedForDeletion('@old', 257), markedForDeletion('@young', 258)];
  for (const id of [257, 269]) {
    const observation = scene(id, { attributes });
    const state = interpretState(observation, grub);
    const deleted = planTidy(worldOf(observation, grub)).flatMap((step) =>
      step.kind === 'delete-subvolume' ? [step.id] : [],
    );
    assert.equal(deleted, [258]);
    assert.ok(state.problems.some((problem) => problem.code === 'leftover' && problem.path === '@old'));
  }
});

test.run();
