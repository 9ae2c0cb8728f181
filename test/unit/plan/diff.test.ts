import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { printSnapshotMark } from '../../../lib/formats/mark.ts';
import type { Observation } from '../../../lib/model/observation.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import { parseTarget, type SnapshotName } from '../../../lib/model/snapshot-name.ts';
import { diffSides, findSides, type SidesDifference } from '../../../lib/plan/diff.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { aRoot, aSystem, filesystemUuid, textFile, uuidOf } from '../../support/builders.ts';

const test = suite('diffSides');

function line(mountpoint: string, path: string): string {
  return `UUID=${filesystemUuid} ${mountpoint} btrfs subvol=/${path} 0 0\n`;
}

function differ(observation: Observation, from: string, to: string): SidesDifference {
  const sides = findSides(worldOf(observation, grub), { from: parseTarget(from), to: parseTarget(to) });
  if (isProblem(sides)) throw new Error(sides.code);
  return diffSides(sides.from, sides.to, {});
}

const empty = { added: [], removed: [] };

test('reports kernels and arguments of the newest kernel, except root arguments', () => {
  const observation = aSystem()
    .withBe('be1')
    .withKernel('6.1.0-1', '6.2.0-1')
    .with(({ commandLine }) => ({
      commandLine: textFile(commandLine.path, 'quiet debug rhgb console=tty0 console=ttyS0'),
    }))
    .withBe('be2')
    .withKernel('6.2.0-1', '6.10.0-1')
    .with(({ commandLine }) => ({ commandLine: textFile(commandLine.path, 'rw quiet console=tty0 rootflags=noatime') }))
    .observation();

  const { kernels, commandLine } = differ(observation, 'be1', 'be2');
  assert.equal(kernels, { added: ['6.10.0-1'], removed: ['6.1.0-1'], changed: [] });
  assert.equal(commandLine, {
    added: ['rw', 'rootflags=noatime'],
    removed: ['ro', 'debug', 'rhgb', 'console=ttyS0'],
  });
});

test('finds no difference between an environment and itself', () => {
  const observation = aSystem().withBe('be1').withKernel('6.1.0-1').observation();

  const found = differ(observation, 'be1', 'be1');
  assert.equal(found, { kernels: { ...empty, changed: [] }, commandLine: empty, volumes: { ...empty, changed: [] } });
});

test('compares a snapshot as if it were a copy of the snapshot', () => {
  const built = aSystem()
    .withBe('be1')
    .withKernel('6.1.0-1', '6.2.0-1')
    .withUnmarkedRoot('be-hook/be1@old/root')
    .withKernel('6.1.0-1')
    .with({ readOnly: true })
    .observation();
  const name = 'old' as SnapshotName;
  const mark = { version: 1, name, of: uuidOf(256), uuid: uuidOf(257), created: 1 } as const;
  const attribute = { path: 'be-hook/be1@old/root', name: 'snapshot', value: printSnapshotMark(mark) };

  const { kernels } = differ({ ...built, attributes: [attribute], readOnly: [257] }, 'be1@old', 'be1');
  assert.equal(kernels, { added: ['6.2.0-1'], removed: [], changed: [] });
});

/** be1 with fstab1, and be2, a clone, with fstab2. The subvolumes are @home, db, @opt and the copy of db in be2. */
function withVolumes(fstab1: string, fstab2: string, policies: Readonly<Record<string, string>> = {}): Observation {
  const second = { ...aRoot(257, 'be-hook/be2/root').subvolume };
  const built = aSystem()
    .withBe('be1')
    .with(({ fstab }) => ({ fstab: textFile(fstab.path, fstab1) }))
    .withBe('be2')
    .with(({ fstab }) => ({ subvolume: second, fstab: textFile(fstab.path, fstab2) }))
    .observation();
  const paths = ['@home', 'db', '@opt', 'be-hook/be2/volumes/db'];
  const others = paths.map((path, index) => aRoot(300 + index, path).subvolume);
  const attributes = Object.entries(policies).map(([path, value]) => ({ path, name: 'volume', value }));
  return { ...built, subvolumes: [...built.subvolumes.filter(({ id }) => id !== 257), second, ...others], attributes };
}

test('reports added and removed volumes', () => {
  const observation = withVolumes(
    line('/home', '@home') + line('/opt', '@opt'),
    line('/home', '@home') + line('/srv', 'db'),
  );

  const { added, removed, changed } = differ(observation, 'be1', 'be2').volumes;
  const places = (all: typeof added): readonly string[] => all.map(({ volume }) => volume.mountpoint);
  assert.equal([places(added), places(removed), changed], [['/srv'], ['/opt'], []]);
});

test('ignores separate copies of a cloned volume, but reports another volume', () => {
  const cloned = { db: 'cloned', 'be-hook/be2/volumes/db': 'cloned' };
  const own = withVolumes(line('/var/lib/db', 'db'), line('/var/lib/db', 'be-hook/be2/volumes/db'), cloned);
  assert.equal(differ(own, 'be1', 'be2').volumes, { ...empty, changed: [] });

  const shared = withVolumes(line('/var/lib/db', 'db'), line('/var/lib/db', '@opt'));
  const [change] = differ(shared, 'be1', 'be2').volumes.changed;
  assert.equal([change?.from.volume.subvolume.path, change?.to.volume.subvolume.path], ['db', '@opt']);
});

test('reports another clone policy', () => {
  const policies = { 'be-hook/be2/volumes/db': 'cloned-at-boot', db: 'cloned' };
  const observation = withVolumes(line('/db', 'db'), line('/db', 'be-hook/be2/volumes/db'), policies);

  const [change] = differ(observation, 'be1', 'be2').volumes.changed;
  assert.equal([change?.from.volume.marked, change?.to.volume.marked], ['cloned', 'cloned-at-boot']);
});

test('refuses an unknown name on either side', () => {
  const observation = aSystem().withBe('be1').observation();
  const ask = (from: string, to: string): unknown =>
    findSides(worldOf(observation, grub), { from: parseTarget(from), to: parseTarget(to) });

  const missing = { code: 'no-such-environment', name: 'x', known: ['be1'] };
  assert.equal([ask('x', 'be1'), ask('be1', 'x')], [missing, missing]);
  assert.equal(ask('be1', 'be1@x'), { code: 'no-such-snapshot', name: 'be1@x', known: [] });
});

test.run();
