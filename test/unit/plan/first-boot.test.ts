import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import type { Observation, Subvolume } from '../../../lib/model/observation.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import type { Plan } from '../../../lib/model/step.ts';
import { planActivate } from '../../../lib/plan/activate.ts';
import { type CreateIntent, planCreate } from '../../../lib/plan/create.ts';
import { firstBootMarkerFile } from '../../../lib/plan/defer-copies.ts';
import { planDestroy } from '../../../lib/plan/destroy.ts';
import {
  planFirstBootDone,
  planFirstBootFailed,
  planFirstCopies,
  planMigrationBegin,
} from '../../../lib/plan/first-boot.ts';
import { planForget } from '../../../lib/plan/forget.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planSnapshot } from '../../../lib/plan/snapshot.ts';
import { planUpgradeDone } from '../../../lib/plan/upgrade.ts';
import { type World, worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import { aSystem, beName, environmentOf, filesystemUuid, planned, textFile, uuidOf } from '../../support/builders.ts';

const fstab = [
  `UUID=${filesystemUuid} / btrfs subvol=@a 0 0`,
  `UUID=${filesystemUuid} /db btrfs subvol=db 0 0`,
  `UUID=${filesystemUuid} /wal btrfs subvol=wal 0 0`,
  '',
].join('\n');

const subvolume = (id: number, path: string): Subvolume => {
  return { id, uuid: uuidOf(id), parentUuid: undefined, path, generation: 7 };
};

/** One running environment: its /db is cloned at the first boot with its inner subvolumes, its /wal at once. */
function system({ copiesAtBoot = true } = {}): Observation {
  const observation = aSystem()
    .withBe('a')
    .withKernel('6.1')
    .active()
    .running()
    .with({ fstab: textFile('@a/etc/fstab', fstab), copiesAtBoot })
    .observation();
  const more = [
    subvolume(301, 'db'),
    subvolume(302, 'wal'),
    subvolume(303, 'db/deep'),
    subvolume(304, 'db/.snapshots'),
  ];
  return {
    ...observation,
    subvolumes: [...observation.subvolumes, ...more],
    uses: [],
    attributes: [
      { path: 'db', name: 'volume', value: 'cloned-at-boot' },
      { path: 'wal', name: 'volume', value: 'cloned' },
    ],
  };
}

const create = (observation: Observation, change: Partial<CreateIntent> = {}): Plan => {
  const intent = {
    source: undefined,
    name: beName('b'),
    description: undefined,
    activation: 'default',
    now: 1,
  } as const;
  return planned(planCreate(worldOf(observation, grub), { ...intent, ...change }));
};

/** The same disk, booted from another root. */
function boot(observation: Observation, path: string): Observation {
  const id = observation.subvolumes.find((subvolume) => subvolume.path === path)?.id;
  if (id === undefined) throw new Error(`there is no /${path}`);
  const mounts = [{ subvolume: id, mountpoint: '/' }];
  return { ...observation, filesystem: { ...observation.filesystem, runningSubvolume: id, mounts } };
}

const made = ({ subvolumes }: Observation): readonly string[] =>
  subvolumes.flatMap(({ path }) => (path.startsWith('be-hook/b/') ? [path.slice('be-hook/b/'.length)] : [])).sort();

const pending = (): Observation => applyInMemory(system(), create(system()).steps);
const booted = (): Observation => boot(pending(), 'be-hook/b/root');
const step = (observation: Observation, plan: (world: World) => Parameters<typeof planned>[0]): Observation =>
  applyInMemory(observation, planned(plan(worldOf(observation, grub))).steps);

const test = suite('the first boot');

test('creates no volume that waits for it, and the fstab never names the original', () => {
  const { steps, notes } = create(system());
  const after = applyInMemory(system(), steps);
  assert.equal(made(after), ['root', 'volumes/wal']);
  const { fstab: file } = after.roots.find((root) => root.subvolume.path === 'be-hook/b/root') ?? {};
  assert.match(file?.kind === 'text' ? file.text : '', '/db btrfs subvol=be-hook/b/volumes/db 0 0');
  assert.equal(environmentOf(interpretState(after, grub), 'b').firstBoot, {
    copies: [{ mountpoint: '/db', from: uuidOf(301), to: 'be-hook/b/volumes/db' }],
  });
  assert.ok(steps.some((step) => step.kind === 'write-file' && step.path === `be-hook/b/root/${firstBootMarkerFile}`));
  assert.ok(notes?.includes('Copied at its first boot, with everything that is written until then: /db.'));
});

test('is not needed without be-hook in the copy, for restore points and snapshots', () => {
  const now = applyInMemory(system({ copiesAtBoot: false }), create(system({ copiesAtBoot: false })).steps);
  assert.equal(made(now), ['root', 'volumes/db', 'volumes/db/deep', 'volumes/wal']);
  const kept = applyInMemory(system(), create(system(), { marked: { automatic: true, restorePoint: 'x' } }).steps);
  assert.equal(made(kept), ['root', 'volumes/db', 'volumes/db/deep', 'volumes/wal']);
  const snapshot = { name: 'a', snapshot: 's', description: undefined, now: 0 } as const;
  const frozen = step(system(), (candidate) => planSnapshot(candidate, snapshot as Parameters<typeof planSnapshot>[1]));
  assert.ok(frozen.subvolumes.some(({ path }) => path === 'be-hook/a@s/volumes/db'));
  const copied = applyInMemory(frozen, create(frozen, { source: { name: 'a', snapshot: 's' } }).steps);
  assert.ok(made(copied).includes('volumes/db'));
});

test('copies the volume with its inner subvolumes, once', () => {
  const after = step(booted(), planFirstCopies);
  assert.equal(made(after), ['root', 'volumes/db', 'volumes/db/deep', 'volumes/wal']);
  const found = environmentOf(interpretState(after, grub), 'b');
  assert.is(found.firstBoot, undefined);
  assert.equal(
    found.volumes.map(({ mountpoint }) => mountpoint),
    ['/db', '/wal', '/db/deep'],
  );
  assert.ok(!planned(planFirstCopies(worldOf(after, grub))).steps.some(({ kind }) => kind === 'clone-subvolume'));
  assert.equal(
    planned(planFirstCopies(worldOf(system(), grub))).steps.filter(({ kind }) => kind !== 'remove-file').length,
    1,
  );
});

test('copies the same subvolumes as an immediate copy', () => {
  const nested: readonly Subvolume[] = [
    subvolume(311, 'db/kept'),
    { ...subvolume(312, 'db/kept/1'), parentUuid: uuidOf(256) },
    subvolume(313, 'db/mounted'),
    subvolume(314, 'db/mounted/inner'),
    subvolume(315, 'db/frozen'),
    subvolume(316, 'db/frozen/inner'),
    subvolume(317, 'db/shared'),
  ];
  const withNested = (copiesAtBoot: boolean): Observation => {
    const { subvolumes, roots, attributes, readOnly, ...rest } = system({ copiesAtBoot });
    const line = `UUID=${filesystemUuid} /mounted btrfs subvol=db/mounted 0 0\n`;
    return {
      ...rest,
      subvolumes: [...subvolumes, ...nested],
      roots: roots.map((root) => ({ ...root, fstab: textFile('@a/etc/fstab', fstab + line) })),
      attributes: [...attributes, { path: 'db/shared', name: 'volume', value: 'shared' }],
      readOnly: [...readOnly, 312, 315],
    };
  };
  const atOnce = applyInMemory(withNested(false), create(withNested(false)).steps);
  const waiting = applyInMemory(withNested(true), create(withNested(true)).steps);

  const later = step(boot(waiting, 'be-hook/b/root'), planFirstCopies);

  assert.equal(made(atOnce), ['root', 'volumes/db', 'volumes/db/deep', 'volumes/wal']);
  assert.equal(made(later), made(atOnce));
});

test('repeats the copies of an interrupted boot', () => {
  const before = booted();
  const { steps } = planned(planFirstCopies(worldOf(before, grub)));
  const last = steps.findLastIndex(({ kind }) => kind === 'clone-subvolume');
  const interrupted = applyInMemory(before, steps.slice(0, last + 1));
  const old = interrupted.subvolumes.find(({ path }) => path === 'be-hook/b/volumes/db')?.id;
  const after = step(interrupted, planFirstCopies);
  assert.equal(made(after), made(interrupted));
  assert.is.not(after.subvolumes.find(({ path }) => path === 'be-hook/b/volumes/db')?.id, old);
});

test('blocks copy, snapshot and forget before, and protects the source', () => {
  const waiting = pending();
  const source = { name: 'b', snapshot: undefined };
  const refused = { code: 'first-boot-due', name: 'b', mountpoints: ['/db'] };
  const intent = { source, name: beName('c'), description: undefined, activation: 'none', now: 2 } as const;
  assert.equal(planCreate(worldOf(waiting, grub), intent), refused);
  assert.equal(
    planSnapshot(worldOf(waiting, grub), { name: 'b', snapshot: undefined, description: undefined, now: 2 }),
    refused,
  );
  assert.equal(planForget(worldOf({ ...waiting, active: uuidOf(256) }, grub), 'b'), refused);

  const complete = step(booted(), planFirstCopies);
  const third = applyInMemory(complete, create(complete, { source, name: beName('c') }).steps);
  const back = { ...boot(third, '@a'), active: uuidOf(256) };
  const answer = planDestroy(worldOf(back, grub), source);
  assert.ok(isProblem(answer) && answer.code === 'environment-in-use' && answer.how === 'volume');
  assert.match(isProblem(answer) && 'detail' in answer ? answer.detail : '', '/db of “c”, which copies it');
});

test('fails without the source volume, and the previous system boots by default', () => {
  const before = booted();
  const lost = { ...before, subvolumes: before.subvolumes.filter(({ path }) => !path.startsWith('db')) };
  const answer = planFirstCopies(worldOf(lost, grub));
  assert.ok(isProblem(answer) && answer.code === 'first-boot-failed');
  const plan = planFirstBootFailed(worldOf(lost, grub));
  assert.ok(!isProblem(plan) && plan.previous === 'a');
  const after = step(lost, () => plan);
  assert.ok(environmentOf(interpretState(after, grub), 'a').active);
  assert.is(environmentOf(interpretState(after, grub), 'b').state, undefined, 'it may be booted again');
});

test('is impossible without be-hook, so the environment is not activated', () => {
  const { roots, ...rest } = pending();
  const gone = { ...rest, roots: roots.map((root) => ({ ...root, copiesAtBoot: false })) };
  assert.equal(planActivate(worldOf(gone, grub), 'b'), {
    code: 'first-boot-impossible',
    name: 'b',
    mountpoints: ['/db'],
  });
});

/** A booted copy with changed packages and copied volumes. */
function upgraded(): Observation {
  const copied = applyInMemory(
    system(),
    create(system(), { activation: 'none', marked: { state: 'upgrading' } }).steps,
  );
  const done = step(copied, (candidate) => planUpgradeDone(candidate, { name: 'b', activation: 'default', now: 2 }));
  const running = boot(done, 'be-hook/b/root');
  return step(running, planFirstCopies);
}

test('starts the post-upgrade hooks once, after a snapshot', () => {
  const before = upgraded();
  assert.equal(environmentOf(interpretState(before, grub), 'b').firstBoot, { copies: [], migration: 'due' });
  const begun = step(before, (candidate) => planMigrationBegin(candidate, 3));
  assert.equal(environmentOf(interpretState(begun, grub), 'b').firstBoot, { copies: [], migration: 'begun' });
  assert.ok(begun.subvolumes.some(({ path }) => path === 'be-hook/b@upgraded/volumes/db'));
  const done = step(begun, planFirstBootDone);
  assert.is(environmentOf(interpretState(done, grub), 'b').firstBoot, undefined);
  assert.is(environmentOf(interpretState(done, grub), 'b').state, undefined);
});

test('marks the copy as failed after a failed hook, and restores the default', () => {
  const begun = step(upgraded(), (candidate) => planMigrationBegin(candidate, 3));
  const after = step(begun, (candidate) => planFirstBootFailed(candidate));
  assert.is(environmentOf(interpretState(after, grub), 'b').state, 'failed');
  assert.ok(environmentOf(interpretState(after, grub), 'a').active);
  const again = planFirstCopies(worldOf(after, grub));
  assert.ok(isProblem(again) && again.code === 'first-boot-failed');
});

test.run();
