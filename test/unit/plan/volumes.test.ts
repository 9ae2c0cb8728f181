import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import type { Observation, Subvolume } from '../../../lib/model/observation.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import { planCreate } from '../../../lib/plan/create.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planSnapshot } from '../../../lib/plan/snapshot.ts';
import { planVolumePolicy } from '../../../lib/plan/volume.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import { aSystem, beName, environmentOf, filesystemUuid, planned, textFile, uuidOf } from '../../support/builders.ts';

const fstab = [
  `UUID=${filesystemUuid} / btrfs subvol=@a 0 0`,
  `UUID=${filesystemUuid} /home btrfs subvol=home,subvolid=301 0 0`,
  `UUID="${filesystemUuid}" /var/lib/db btrfs subvolid=302 0 0`,
  `UUID=${uuidOf(9)} /other btrfs subvol=home 0 0`,
  `LABEL=none /label btrfs subvol=home 0 0`,
  `UUID=${filesystemUuid} /gone btrfs subvol=gone 0 0`,
  '/dev/sda1 /boot/efi vfat defaults 0 0',
  '',
].join('\n');

const subvolume = (id: number, path: string, change: Partial<Subvolume> = {}): Subvolume => {
  return { id, uuid: uuidOf(id), parentUuid: undefined, path, generation: 7, ...change };
};

/** One environment with volumes of every kind. */
function system(...policies: readonly (readonly [path: string, policy: string])[]): Observation {
  const observation = aSystem()
    .withBe('a')
    .withKernel('6.1')
    .active()
    .with({ fstab: textFile('@a/etc/fstab', fstab) })
    .observation();
  const more = [
    subvolume(301, 'home'),
    subvolume(302, 'db'),
    subvolume(303, 'db/wal'),
    subvolume(304, '@a/opt'),
    subvolume(305, '@a/opt/deep'),
    subvolume(306, '@a/.snapshots'),
    subvolume(307, '@a/.snapshots/1/snapshot', { parentUuid: uuidOf(256) }),
    subvolume(308, '@a/frozen'),
    subvolume(309, '@a/kept', {}),
    subvolume(310, '@a/kept/1', { parentUuid: uuidOf(256) }),
    subvolume(311, 'unrelated'),
    subvolume(312, '@ab'),
  ];
  return {
    ...observation,
    subvolumes: [...observation.subvolumes, ...more],
    readOnly: [307, 308, 310],
    attributes: policies.map(([path, value]) => ({ path, name: 'volume', value })),
  };
}

function copy(observation: Observation): { after: Observation; fstab: string; notes: readonly string[] } {
  const intent = { source: undefined, name: beName('b'), description: undefined, activation: 'none', now: 1 } as const;
  const plan = planned(planCreate(worldOf(observation, grub), intent));
  const after = applyInMemory(observation, plan.steps);
  const file = after.roots.find((root) => root.subvolume.path === 'be-hook/b/root')?.fstab;
  return { after, fstab: file?.kind === 'text' ? file.text : '', notes: plan.notes ?? [] };
}

const made = ({ subvolumes }: Observation): string[] =>
  subvolumes.flatMap(({ path }) => (path.startsWith('be-hook/b/') ? [path.slice('be-hook/b/'.length)] : []));

const test = suite('volumes');

test('are the fstab mounts of this file system and the subvolumes inside', () => {
  const volumes = environmentOf(interpretState(system(), grub), 'a').volumes.map((volume) => [
    volume.mountpoint,
    volume.nested,
  ]);
  assert.equal(volumes, [
    ['/home', false],
    ['/var/lib/db', false],
    ['/.snapshots', true],
    ['/.snapshots/1/snapshot', true],
    ['/frozen', true],
    ['/kept', true],
    ['/kept/1', true],
    ['/opt', true],
    ['/opt/deep', true],
    ['/var/lib/db/wal', true],
  ]);
});

test('are by default shared if fstab mounts them, else copied, except snapshots', () => {
  const { after, fstab: text, notes } = copy(system());
  assert.equal(made(after), ['root', 'root/opt', 'root/opt/deep']);
  assert.match(text, `UUID=${filesystemUuid} / btrfs subvol=be-hook/b/root 0 0`);
  assert.match(text, `/home btrfs subvol=home 0 0`);
  assert.match(text, `/var/lib/db btrfs subvol=db 0 0`);
  assert.not.match(text, 'subvolid');
  assert.match(text, `UUID=${uuidOf(9)} /other btrfs subvol=home 0 0`);
  assert.match(text, '/gone btrfs subvol=gone 0 0');
  assert.equal(notes.slice(1), [
    'Copied with it: /opt, /opt/deep.',
    'Shared by both: /home, /var/lib/db.',
    'Not copied, empty in the copy: /.snapshots, /frozen, /kept.',
  ]);
});

test('are copied with their inner subvolumes and their mark if marked “cloned”', () => {
  const { after, fstab: text } = copy(system(['db', 'cloned']));
  assert.equal(made(after), ['root', 'volumes/var-lib-db', 'root/opt', 'root/opt/deep', 'volumes/var-lib-db/wal']);
  assert.match(text, '/var/lib/db btrfs subvol=be-hook/b/volumes/var-lib-db 0 0');
  const volume = environmentOf(interpretState(after, grub), 'b').volumes.find(
    (volume) => volume.mountpoint === '/var/lib/db',
  );
  assert.is(volume?.marked, 'cloned');
  assert.is(environmentOf(interpretState(after, grub), 'a').volumes[1]?.subvolume.path, 'db');
});

test('are cloned at once with a note if the first boot cannot clone them', () => {
  const { after, notes } = copy(system(['db', 'cloned-at-boot']));
  assert.ok(made(after).includes('volumes/var-lib-db'));
  assert.ok(
    notes.some((note) => note.startsWith('Copied now and not at the first boot')),
    notes.join(' '),
  );
});

test('get an fstab line if they are inside the root and marked “shared”', () => {
  const { after, fstab: text } = copy(system(['@a/opt', 'shared']));
  assert.equal(made(after), ['root']);
  assert.ok(text.endsWith(`UUID=${filesystemUuid} /opt btrfs subvol=/@a/opt 0 0\n`), text);
});

test('are kept by a snapshot if cloned, and a copy of the snapshot contains them', () => {
  const before = system(['db', 'cloned']);
  const keep = { name: 'a', snapshot: undefined, description: undefined, now: 0 };
  const kept = applyInMemory(before, planned(planSnapshot(worldOf(before, grub), keep)).steps);
  const frozen = kept.subvolumes.filter(({ path }) => path.startsWith('be-hook/a@1970-01-01-00:00:00/'));
  assert.ok(frozen.every(({ id }) => kept.readOnly.includes(id)));

  const source = { name: 'a', snapshot: '1970-01-01-00:00:00' };
  const intent = { source, name: beName('b'), description: undefined, activation: 'none', now: 1 } as const;
  const after = applyInMemory(kept, planned(planCreate(worldOf(kept, grub), intent)).steps);

  assert.is(environmentOf(interpretState(after, grub), 'b').origin, 'a@1970-01-01-00:00:00');
  assert.equal(made(after).sort(), [
    'root',
    'root/opt',
    'root/opt/deep',
    'volumes/var-lib-db',
    'volumes/var-lib-db/wal',
  ]);
});

test('accept a policy by mount point or path; other directories are refused', () => {
  const { steps } = planned(planVolumePolicy(worldOf(system(), grub), '/var/lib/db/', 'cloned'));
  assert.equal(steps[0], { ...steps[0], kind: 'set-volume-policy', path: 'db', policy: 'cloned' });
  assert.equal(planned(planVolumePolicy(worldOf(system(['db', 'cloned']), grub), 'db', 'cloned')).steps, []);
  const code = (place: string): string => {
    const answer = planVolumePolicy(worldOf(system(), grub), place, 'cloned');
    return isProblem(answer) ? answer.code : 'planned';
  };
  assert.is(code('/etc'), 'not-a-volume');
  assert.is(code('@a'), 'not-a-volume');
  assert.is(code('/'), 'not-a-volume');
  assert.is(code('/frozen'), 'subvolume-read-only');
  assert.is(code('unrelated'), 'planned');
});

test.run();
