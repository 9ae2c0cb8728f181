import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { printSnapshotMark } from '../../../lib/formats/mark.ts';
import type { ExecPlan } from '../../../lib/model/exec.ts';
import type { DirectoryFacts, MountingFacts, SeenMount } from '../../../lib/model/mounting.ts';
import type { Observation, Subvolume } from '../../../lib/model/observation.ts';
import { isProblem, type Problem } from '../../../lib/model/problem.ts';
import { parseTarget, type SnapshotName } from '../../../lib/model/snapshot-name.ts';
import type { Plan, Step } from '../../../lib/model/step.ts';
import type { VolumePolicy } from '../../../lib/model/volume.ts';
import { askToExec, planExec } from '../../../lib/plan/exec.ts';
import { askToMount, planMount } from '../../../lib/plan/mount.ts';
import { planUmount } from '../../../lib/plan/umount.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { aSystem, filesystemUuid, planned, textFile, uuidOf } from '../../support/builders.ts';

type Fixed = Partial<Record<string, VolumePolicy>>;

/** be1 in /@be1 (256), and be2 in the store (257) with its own copy of /db (300). Both mount /home (301), be1 also /old-db (302). */
function twoSystems(policies: Fixed = { 'be-hook/be2/volumes/db': 'cloned', 'old-db': 'cloned' }): Observation {
  const line = (mountpoint: string, path: string): string =>
    `UUID=${filesystemUuid} ${mountpoint} btrfs subvol=/${path} 0 0\n`;
  const menuDirectory = line('/home', '@home');
  const second = subvolume(257, 'be-hook/be2/root');
  const built = aSystem()
    .withBe('be1')
    .with(({ fstab }) => ({
      fstab: textFile(fstab.path, line('/', '@be1') + menuDirectory + line('/var/lib/db', 'old-db')),
    }))
    .withBe('be2')
    .with(({ fstab }) => ({
      subvolume: second,
      fstab: textFile(
        fstab.path,
        line('/', second.path) + line('/var/lib/db', 'be-hook/be2/volumes/db') + menuDirectory,
      ),
    }))
    .observation();
  const others = [second, subvolume(300, 'be-hook/be2/volumes/db'), subvolume(301, '@home'), subvolume(302, 'old-db')];
  const attributes = Object.entries(policies).map(([path, value]) => ({ path, name: 'volume', value: value ?? '' }));
  return { ...built, subvolumes: [...built.subvolumes.filter(({ id }) => id !== 257), ...others], attributes };
}

function subvolume(id: number, path: string): Subvolume {
  return { id, uuid: uuidOf(id), parentUuid: undefined, path, generation: 7 };
}

const empty: DirectoryFacts = { asked: '/mnt', path: '/mnt', real: '/mnt', kind: 'empty' };

/** A machine on which every mount point of the environment is a directory. */
function facts(change: Partial<MountingFacts> = {}): MountingFacts {
  const points = ['/var/lib/db', '/home', '/dev', '/proc', '/sys', '/run'];
  const places = points.map((mountpoint) => ({ mountpoint, place: mountpoint }));
  return { mounts: [], directory: empty, places, resolverLink: undefined, ...change };
}

function mount(
  name: string,
  change: Partial<MountingFacts> = {},
  observation = twoSystems(),
  ro = false,
): Plan | Problem {
  return planMount(
    worldOf(observation, grub),
    { target: parseTarget(name), directory: '/mnt', readOnly: ro },
    facts(change),
  );
}

function mounted(answer: Plan | Problem): Extract<Step, { kind: 'mount-subvolumes' }> {
  const [step, ...more] = planned(answer).steps;
  assert.is(more.length, 0);
  if (step?.kind !== 'mount-subvolumes') throw new Error(`this mounts nothing: ${step?.kind}`);
  return step;
}

function places(answer: Plan | Problem): readonly string[] {
  return mounted(answer).mounts.map(
    (mount) => `${mount.subvolume.id} ${mount.mountpoint} ${mount.readOnly ? 'ro' : 'rw'}`,
  );
}

const test = suite('planMount');

test('mounts the root by its id, then its own volumes, but no shared volumes', () => {
  assert.equal(places(mount('be2')), ['257 /mnt rw', '300 /mnt/var/lib/db rw']);
  assert.equal(places(mount('be2', {}, twoSystems(), true)), ['257 /mnt ro', '300 /mnt/var/lib/db ro']);
});

test('mounts a volume with the policy “cloned” that no other environment mounts', () => {
  assert.equal(places(mount('be1')), ['256 /mnt rw', '302 /mnt/var/lib/db rw']);
  assert.equal(places(mount('be1', {}, twoSystems({}))), ['256 /mnt rw'], 'it is shared unless marked');
});

test('does not mount the volume of the source if it is cloned at the first boot', () => {
  const observation = twoSystems({ 'old-db': 'cloned-at-boot' });
  const roots = observation.roots.map((root) => {
    const [be1] = observation.roots;
    return root.subvolume.id === 257 && be1 !== undefined ? { ...root, fstab: be1.fstab } : root;
  });
  const shared = { ...observation, roots };
  assert.equal(places(mount('be2', {}, shared)), ['257 /mnt rw']);
  assert.equal(places(mount('be1', {}, shared)), ['256 /mnt rw']);
});

test('mounts outer volumes before inner volumes, whatever their order in fstab', () => {
  const observation = twoSystems();
  const { points = [] } = {
    ...readInside(
      askToMount(worldOf(observation, grub), { target: parseTarget('be2'), directory: undefined, readOnly: false }),
    ),
  };
  assert.equal(
    points.map(({ mountpoint }) => mountpoint),
    ['/var/lib/db'],
  );
  const outer = subvolume(303, 'be-hook/be2/volumes/var');
  const roots = observation.roots.map((root) => {
    if (root.subvolume.id !== 257 || root.fstab.kind !== 'text') return root;
    const text = `${root.fstab.text}UUID=${filesystemUuid} /var btrfs subvol=/${outer.path} 0 0\n`;
    return { ...root, fstab: { ...root.fstab, text } };
  });
  const more = { ...observation, roots, subvolumes: [...observation.subvolumes, outer] };
  const where = { places: ['/var', '/var/lib/db'].map((mountpoint) => ({ mountpoint, place: mountpoint })) };
  assert.equal(places(mount('be2', where, more)), ['257 /mnt rw', '303 /mnt/var rw', '300 /mnt/var/lib/db rw']);
});

function readInside(answer: ReturnType<typeof askToMount>): { points?: readonly { readonly mountpoint: string }[] } {
  return isProblem(answer) ? {} : (answer.inside ?? {});
}

test('resolves the mount point of a volume, or omits the volume with a warning', () => {
  const moved = { places: [{ mountpoint: '/var/lib/db', place: '/srv/db' }] };
  assert.equal(places(mount('be2', moved)), ['257 /mnt rw', '300 /mnt/srv/db rw']);
  for (const place of [undefined, '/srv/\u001b[31m', '/srv/a\nb']) {
    const plan = planned(mount('be2', { places: [{ mountpoint: '/var/lib/db', place }] }));
    assert.equal(places(plan), ['257 /mnt rw']);
    assert.equal(
      plan.warnings.map(({ code }) => code),
      ['mount-left-out'],
    );
  }
});

test('refuses an environment that is already mounted, even under another mount', () => {
  for (const where of ['/', '/somewhere']) {
    const seen: SeenMount[] = [
      { mountpoint: where, subvolume: 257, readOnly: true },
      { mountpoint: where, subvolume: undefined, readOnly: false },
    ];
    assert.equal(mount('be2', { mounts: seen }), { code: 'already-mounted', name: 'be2', where });
    assert.ok(!isProblem(mount('be1', { mounts: seen })));
  }
});

test('requires an absolute, empty or new directory, or uses the default directory', () => {
  const code = (change: Partial<DirectoryFacts>): string | undefined => {
    const answer = mount('be2', { directory: { ...empty, ...change } });
    return isProblem(answer) ? answer.code : mounted(answer).makeDirectory;
  };
  assert.is(code({}), undefined);
  assert.is(code({ kind: 'missing' }), 'public');
  for (const kind of ['filled', 'mountpoint', 'symlink', 'no-directory'] as const)
    assert.is(code({ kind }), 'mountpoint-unfit');
  for (const change of [{ asked: 'mnt' }, { asked: '' }, { path: undefined }, { path: '/a\nb' }])
    assert.is(code({ kind: 'missing', ...change }), 'mountpoint-unfit');

  const intent = { target: parseTarget('be2'), directory: undefined, readOnly: false };
  const request = askToMount(worldOf(twoSystems(), grub), intent);
  assert.is(isProblem(request) ? undefined : request.directory, '/run/be-hook/mnt/be2');
  const asked = '/run/be-hook/mnt/be2';
  const nowhere = { asked, path: undefined, real: undefined, kind: 'missing' } as const;
  const plan = mounted(planMount(worldOf(twoSystems(), grub), intent, facts({ directory: nowhere })));
  assert.equal([plan.makeDirectory, plan.mounts[0]?.mountpoint], ['private', asked]);
});

test('refuses an unknown name before it reads the file system', () => {
  for (const [name, code] of [
    ['be3', 'no-such-environment'],
    ['be2@x', 'no-such-snapshot'],
  ] as const) {
    const answer = askToMount(worldOf(twoSystems(), grub), {
      target: parseTarget(name),
      directory: undefined,
      readOnly: false,
    });
    assert.is(isProblem(answer) ? answer.code : undefined, code);
  }
});

test('mounts a snapshot read-only', () => {
  const observation = twoSystems();
  const path = 'be-hook/be2@old/root';
  const root = subvolume(400, path);
  const mark = { version: 1, name: 'old' as SnapshotName, uuid: root.uuid, created: 5, of: uuidOf(257) } as const;
  const kept: Observation = {
    ...observation,
    subvolumes: [...observation.subvolumes, root],
    readOnly: [400],
    attributes: [...observation.attributes, { path, name: 'snapshot', value: printSnapshotMark(mark) }],
  };
  assert.equal(places(mount('be2@old', {}, kept)), ['400 /mnt ro']);
});

test.run();

const unmounting = suite('planUmount');

function umount(what: string, mounts: readonly SeenMount[], observation = twoSystems()): Plan | Problem {
  const where = what.includes('/') ? { directory: what } : parseTarget(what);
  const directory = { asked: what, path: what, real: what, kind: 'mountpoint' } as const;
  return planUmount(worldOf(observation, grub), { what: where, lazy: false }, facts({ mounts, directory }));
}

function unmounted(answer: Plan | Problem): readonly string[] {
  const [step] = planned(answer).steps;
  return step?.kind === 'unmount'
    ? step.mounts.map(({ mountpoint, subvolume }) => `${mountpoint} ${subvolume?.id ?? '-'}`)
    : [];
}

const seen = (mountpoint: string, subvolume?: number): SeenMount => ({ mountpoint, subvolume, readOnly: false });

unmounting('unmounts all mounts at and below the root, the last one first', () => {
  const mounts = [
    seen('/'),
    seen('/m'),
    seen('/m', 257),
    seen('/m/db', 300),
    seen('/m2'),
    seen('/m/db/x'),
    seen('/m/db'),
  ];
  for (const what of ['be2', '/m'])
    assert.equal(unmounted(umount(what, mounts)), ['/m/db -', '/m/db/x -', '/m/db 300', '/m 257']);
});

unmounting('unmounts every mount of a name, but only the last mount of a directory', () => {
  const mounts = [seen('/a', 257), seen('/b', 257), seen('/b/c', 257)];
  assert.equal(unmounted(umount('be2', mounts)), ['/b/c 257', '/b 257', '/a 257']);
  assert.equal(unmounted(umount('/a', mounts)), ['/a 257']);
  assert.equal(umount('/a', [...mounts, seen('/a')]), { code: 'not-mounted', name: '/a' });
  assert.equal(umount('/b', [seen('/b', 300)]), { code: 'not-mounted', name: '/b' });
});

unmounting('removes only directories that be-hook made', () => {
  const [step] = planned(umount('be2', [seen('/run/be-hook/mnt/be2', 257), seen('/run/be-hook/mntx', 257)])).steps;
  assert.equal(step?.kind === 'unmount' ? step.directories : undefined, ['/run/be-hook/mnt/be2']);
});

unmounting('refuses the running system', () => {
  const observation = twoSystems();
  const running = { ...observation, filesystem: { ...observation.filesystem, runningSubvolume: 257 } };
  for (const what of ['be2', '/']) {
    const answer = umount(what, [seen('/', 257), seen('/m', 257)], running);
    assert.is(isProblem(answer) ? answer.code : undefined, 'environment-in-use', what);
  }
  assert.equal(unmounted(umount('/m', [seen('/', 257), seen('/m', 257)], running)), ['/m 257']);
});

unmounting.run();

const executing = suite('planExec');

function exec(change: Partial<MountingFacts>, shared = false, name = 'be2'): ExecPlan | Problem {
  return planExec(worldOf(twoSystems(), grub), { target: parseTarget(name), command: ['true'], shared }, facts(change));
}

function accepted(answer: ExecPlan | Problem): ExecPlan {
  if (isProblem(answer)) throw new Error(`refused: ${answer.code}`);
  return answer;
}

executing('mounts shared volumes only on request', () => {
  const points = (shared: boolean): readonly string[] =>
    accepted(exec({}, shared)).mounts.map((mount) => mount.mountpoint);
  assert.equal(
    [points(false), points(true)],
    [
      ['/', '/var/lib/db'],
      ['/', '/home', '/var/lib/db'],
    ],
  );
});

executing('creates a resolv.conf only below /run', () => {
  const links: readonly (readonly [string, string | undefined])[] = [
    ['../run/systemd/resolve/stub-resolv.conf', '/run/systemd/resolve/stub-resolv.conf'],
    ['/run/NetworkManager/resolv.conf', '/run/NetworkManager/resolv.conf'],
    ['//var/run//netconfig/resolv.conf', '/run/netconfig/resolv.conf'],
    ['../run/../etc/shadow', undefined],
    ['/run/x/', undefined],
    ['run/x', undefined],
    ['/running/x', undefined],
    ['/etc/other', undefined],
  ];
  for (const [resolverLink, file] of links) assert.is(accepted(exec({ resolverLink })).resolver, file, resolverLink);
  assert.is(accepted(exec({})).resolver, undefined);
  assert.is(accepted(exec({ resolverLink: '/run/x', places: [] })).resolver, undefined, 'without a /run of be-hook');
});

executing('omits a mount without a mount point, with a warning', () => {
  const plan = accepted(exec({ places: [{ mountpoint: '/proc', place: '/proc' }] }));
  assert.equal(plan.kernel, [{ what: 'proc', mountpoint: '/proc' }]);
  assert.is(plan.warnings.length, 4);
});

executing('refuses snapshots and read-only environments', () => {
  const code = (observation: Observation, name: string): string | undefined => {
    const intent = { target: parseTarget(name), command: ['true'], shared: false };
    const answer = askToExec(worldOf(observation, grub), intent);
    return isProblem(answer) ? answer.code : undefined;
  };
  const observation = twoSystems();
  const frozen = { ...observation, roots: observation.roots.map((root) => ({ ...root, readOnly: true })) };
  assert.equal(
    [code(observation, 'be2'), code(frozen, 'be2'), code(observation, 'be2@x')],
    [undefined, 'subvolume-read-only', 'no-such-snapshot'],
  );
});

executing.run();
