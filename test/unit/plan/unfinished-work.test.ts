import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { printMark, printSnapshotMark } from '../../../lib/formats/mark.ts';
import type { Mark } from '../../../lib/model/mark.ts';
import type { Observation, RootFacts } from '../../../lib/model/observation.ts';
import type { SnapshotName } from '../../../lib/model/snapshot-name.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planTidy } from '../../../lib/plan/tidy.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { aRoot, aSystem, beName, filesystemUuid, textFile, uuidOf } from '../../support/builders.ts';

const test = suite('unfinished work');

/** A root that be-hook made, with its mark. */
function made(id: number, name: string, directory: string, change: Partial<Mark> = {}): RootFacts {
  const root = aRoot(id, `be-hook/${directory}/root`);
  const mark: Mark = { version: 1, name: beName(name), uuid: root.subvolume.uuid, created: id, ...change };
  return { ...root, mark: printMark(mark) };
}

function observed(roots: readonly RootFacts[], change: Partial<Observation> = {}): Observation {
  const store = roots.map(({ subvolume }) => subvolume.path.replace(/\/root$/, ''));
  return { ...aSystem().observation(), roots, subvolumes: roots.map((root) => root.subvolume), store, ...change };
}

const note = (path: string, id: number): Observation['attributes'][number] => {
  return { path, name: 'doomed', value: uuidOf(id) };
};

const tidied = (observation: Observation): readonly string[] =>
  planTidy(worldOf(observation, grub)).map((step) => ('path' in step ? `${step.kind} ${step.path}` : step.kind));

test('includes a root that is marked for deletion, and is deleted', () => {
  const observation = observed([made(300, 'a', 'a'), made(301, 'b', 'b')], { attributes: [note('be-hook/b', 301)] });
  const { environments, unfinishedWork } = interpretState(observation, grub);
  assert.equal(
    environments.map(({ name }) => name),
    ['a'],
  );
  assert.equal(unfinishedWork, [{ path: 'be-hook/b', kind: 'doomed' }]);
  assert.equal(tidied(observation), ['delete-subvolume be-hook/b/root', 'remove-directory be-hook/b']);
});

test('ignores a deletion mark whose uuid or directory does not match the root', () => {
  const observation = observed([made(300, 'a', 'a')], { attributes: [note('be-hook/a', 299), note('@old', 300)] });
  assert.equal(interpretState(observation, grub).unfinishedWork, []);
  assert.equal(tidied(observation), []);
});

test('includes the snapshots of an environment that is marked for deletion, first', () => {
  const snapshot = aRoot(302, 'be-hook/b@s/root').subvolume;
  const kept = { version: 1, name: 's' as SnapshotName, uuid: snapshot.uuid, created: 1, of: uuidOf(301) } as const;
  const b = made(301, 'b', 'b');
  const observation = observed([made(300, 'a', 'a'), b], {
    attributes: [note('be-hook/b', 301), { path: snapshot.path, name: 'snapshot', value: printSnapshotMark(kept) }],
    subvolumes: [aRoot(300, 'be-hook/a/root').subvolume, b.subvolume, snapshot],
    readOnly: [302],
    store: ['be-hook/a', 'be-hook/b', 'be-hook/b@s'],
  });
  assert.equal(
    interpretState(observation, grub).unfinishedWork.map(({ path }) => path),
    ['be-hook/b@s', 'be-hook/b'],
  );

  // After a rollback the snapshots belong to the new environment.
  const after = { ...observation, roots: [...observation.roots, made(303, 'b', 'b-2', { id: uuidOf(301) })] };
  const { environments, unfinishedWork } = interpretState(after, grub);
  assert.equal(
    unfinishedWork.map(({ path }) => path),
    ['be-hook/b'],
  );
  assert.equal(
    environments.find(({ name }) => name === 'b')?.snapshots.map(({ name }) => String(name)),
    ['s'],
  );
});

test('leaves out an environment that was made from a snapshot of one that is marked for deletion', () => {
  const snapshot = aRoot(302, 'be-hook/b@s/root').subvolume;
  const mark = { version: 1, name: 's' as SnapshotName, uuid: snapshot.uuid, created: 1, of: uuidOf(301) } as const;
  const copied = made(303, 'c', 'c');
  // The copy inherits the mark of the snapshot.
  const marks = [snapshot.path, copied.subvolume.path].map((path) => {
    return { path, name: 'snapshot', value: printSnapshotMark(mark) };
  });
  const observation = observed([made(301, 'b', 'b'), copied], {
    attributes: [note('be-hook/b', 301), ...marks],
    subvolumes: [301, 302, 303].map((id) => aRoot(id, `be-hook/${['b', 'b@s', 'c'][id - 301]}/root`).subvolume),
    readOnly: [302],
    store: ['be-hook/b', 'be-hook/b@s', 'be-hook/c'],
    active: copied.subvolume.uuid,
  });
  const { environments, unfinishedWork } = interpretState(observation, grub);
  assert.equal(
    unfinishedWork.map(({ path }) => path),
    ['be-hook/b@s', 'be-hook/b'],
  );
  assert.equal(
    environments.map(({ name }) => String(name)),
    ['c'],
  );
});

test('includes the older of two roots with one id; the younger becomes the default', () => {
  const roots = [made(300, 'a', 'a'), made(301, 'b', 'b'), made(302, 'b', 'b-2', { id: uuidOf(301) })];
  const observation = observed(roots, { active: uuidOf(301) });
  const { environments, unfinishedWork } = interpretState(observation, grub);
  assert.equal(
    environments.map(({ name, subvolume, active }) => [String(name), subvolume.id, active]),
    [
      ['b', 302, true],
      ['a', 300, false],
    ],
  );
  assert.equal(unfinishedWork, [{ path: 'be-hook/b', kind: 'doomed' }]);
  const reason = 'it replaces the former default';
  const part = { of: 'leftover', path: 'be-hook/b' };
  const successor = { kind: 'set-active', uuid: uuidOf(302), reason, part };
  assert.equal(planTidy(worldOf(observation, grub))[0], successor);
});

test('never deletes a root that runs, is in use or is named by an fstab', () => {
  const a = made(300, 'a', 'a');
  const b = made(301, 'b', 'b');
  const markedForDeletion = observed([a, b], { attributes: [note('be-hook/b', 301)] });
  const running = { ...markedForDeletion, filesystem: { ...markedForDeletion.filesystem, runningSubvolume: 301 } };
  assert.equal(tidied(running), []);
  assert.ok(interpretState(running, grub).environments.some((environment) => environment.running));

  const use = { kind: 'process', subvolume: 301, pid: 7, name: 'sh' } as const;
  assert.equal(tidied({ ...markedForDeletion, uses: [use] }), []);
  assert.equal(tidied({ ...markedForDeletion, uses: undefined }), []);

  const fstab = textFile(a.fstab.path, `UUID=${filesystemUuid} /x btrfs subvol=be-hook/b/root 0 0\n`);
  assert.equal(tidied({ ...markedForDeletion, roots: [{ ...a, fstab }, b] }), []);
});

test.run();
