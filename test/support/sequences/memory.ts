import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import type { BeName } from '../../../lib/model/be-name.ts';
import type { BootEnvironment } from '../../../lib/model/environment.ts';
import type { Observation, RootFacts, Subvolume } from '../../../lib/model/observation.ts';
import { isProblem, type Problem } from '../../../lib/model/problem.ts';
import type { SnapshotName } from '../../../lib/model/snapshot-name.ts';
import type { Plan } from '../../../lib/model/step.ts';
import { planActivate } from '../../../lib/plan/activate.ts';
import { planAdopt } from '../../../lib/plan/adopt.ts';
import { planCommandLine } from '../../../lib/plan/cmdline.ts';
import { planCreate } from '../../../lib/plan/create.ts';
import { planDescribe } from '../../../lib/plan/describe.ts';
import { planDestroy } from '../../../lib/plan/destroy.ts';
import { planForget } from '../../../lib/plan/forget.ts';
import { planHold } from '../../../lib/plan/hold.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { interpretVolumes } from '../../../lib/plan/interpret/volumes.ts';
import { planRename } from '../../../lib/plan/rename.ts';
import { planRollback } from '../../../lib/plan/rollback.ts';
import { planSnapshot } from '../../../lib/plan/snapshot.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { planTidy } from '../../../lib/plan/tidy.ts';
import { planVolumePolicy } from '../../../lib/plan/volume.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { bootFile } from '../builders.ts';
import { type Command, type FactVerb, lookUp, type Table, type Verb } from './command.ts';
import { contentsFile, dataOf } from './memory-start.ts';
import { printVolume, type Seen } from './seen.ts';

/** The observation of a file system. As in lib/system, it does not contain the content of every root. */
export function observe(disk: Observation, candidates: readonly string[] = []): Observation {
  const { runningSubvolume } = disk.filesystem;
  const isSeen = ({ mark, readOnly, subvolume: { id, uuid, path } }: RootFacts): boolean =>
    (mark !== undefined && (mark.includes(uuid) || !readOnly)) || id === runningSubvolume || candidates.includes(path);
  return { ...disk, roots: disk.roots.filter(isSeen) };
}

/** The plan for a command. `now` is in seconds since 1970. */
export function planOf(disk: Observation, command: Command<OwnVerb>, now: number): Plan | Problem {
  return lookUp(planners, command, disk, observe(disk), now);
}

type OwnVerb = Exclude<Verb, FactVerb>;

const planners: Table<OwnVerb, [Observation, Observation, number], Plan | Problem> = {
  create: ({ name, from, activate }, disk, _seen, now) => {
    const [source = '', snapshot] = from?.split('@') ?? [];
    const intent = {
      source: from === undefined ? undefined : { name: source, snapshot },
      name: name as BeName | undefined,
      description: undefined,
      activation: activate ? ('default' as const) : ('none' as const),
      now,
    };
    return planCreate(worldOf(observe(disk, snapshotPaths(disk, snapshot)), grub), intent);
  },
  snapshot: ({ name, snapshot }, _disk, seen, now) =>
    planSnapshot(worldOf(seen, grub), { name, snapshot: snapshot as SnapshotName, description: undefined, now }),
  rollback: ({ name, snapshot }, disk, _seen, now) =>
    planRollback(worldOf(observe(disk, snapshotPaths(disk, snapshot)), grub), { name, snapshot }, now),
  destroy: ({ name, snapshot }, _disk, seen) => planDestroy(worldOf(seen, grub), { name, snapshot }),
  adopt: ({ path, name }, disk, _seen, now) =>
    planAdopt(worldOf(observe(disk, [path]), grub), { path, name: name as BeName | undefined, now }),
  volume: ({ name, place, policy }, disk, seen) =>
    planVolumePolicy(worldOf(seen, grub), volumePath(disk, name, place), policy),
  activate: ({ name }, _disk, seen) => planActivate(worldOf(seen, grub), name),
  hold: ({ name }, _disk, seen) => planHold(worldOf(seen, grub), name, true),
  release: ({ name }, _disk, seen) => planHold(worldOf(seen, grub), name, false),
  forget: ({ name }, _disk, seen) => planForget(worldOf(seen, grub), name),
  rename: ({ name, to }, _disk, seen) => planRename(worldOf(seen, grub), name, to as BeName),
  describe: ({ name, text }, _disk, seen) => planDescribe(worldOf(seen, grub), name, text),
  cmdline: (command, _disk, seen) => planCommandLine(worldOf(seen, grub), command),
  sync: (_command, _disk, seen) => syncAndTidy(seen),
};

/** The plan of `be-hook sync`. */
export function syncAndTidy(seen: Observation): Plan | Problem {
  const world = worldOf(seen, grub);
  const plan = planSync(world, { refreshDistributionMenu: true });
  return isProblem(plan) ? plan : { ...plan, steps: [...plan.steps, ...planTidy(world)] };
}

/** The disk after a change that be-hook did not make. */
export function happen(disk: Observation, fact: Command<FactVerb>): Observation {
  return lookUp(happenings, fact, disk, environment(disk, fact.name));
}

const happenings: Table<FactVerb, [Observation, BootEnvironment], Observation> = {
  write: ({ text }, disk, { subvolume }) =>
    changeRoot(disk, subvolume, (root) => ({ ...root, osRelease: contentsFile(root.osRelease.path, text) })),
  fill: ({ place, text }, disk, { volumes }) => {
    const path = volumes.find(({ mountpoint }) => mountpoint === place)?.subvolume.path ?? '';
    const others = disk.attributes.filter((attribute) => attribute.path !== path || attribute.name !== 'test-data');
    return { ...disk, attributes: [...others, dataOf(path, text)] };
  },
  install: ({ release }, disk, { subvolume }) =>
    changeRoot(disk, subvolume, (root) => withKernel(withoutKernel(root, release), release)),
  remove: ({ release }, disk, { subvolume }) => changeRoot(disk, subvolume, (root) => withoutKernel(root, release)),
  reboot: (_fact, disk, { subvolume }) => {
    const mounts = [{ subvolume: subvolume.id, mountpoint: '/' }];
    return { ...disk, filesystem: { ...disk.filesystem, runningSubvolume: subvolume.id, mounts } };
  },
};

function changeRoot(disk: Observation, { id }: Subvolume, edit: (root: RootFacts) => RootFacts): Observation {
  return { ...disk, roots: disk.roots.map((root) => (root.subvolume.id === id ? edit(root) : root)) };
}

function withKernel(root: RootFacts, release: string): RootFacts {
  const { boot, moduleReleases, subvolume } = root;
  if (boot.kind !== 'directory') throw new Error('this root has no boot directory');
  const names = [`vmlinuz-${release}`, `initramfs-${release}.img`];
  const directory = boot.subvolume ?? `${subvolume.path}/boot`;
  const files = [...boot.files, ...names.map((name) => bootFile(`${directory}/${name}`))];
  return { ...root, boot: { ...boot, files }, moduleReleases: [...moduleReleases, release] };
}

function withoutKernel(root: RootFacts, release: string): RootFacts {
  const { boot, moduleReleases } = root;
  if (boot.kind !== 'directory') throw new Error('this root has no boot directory');
  const files = boot.files.filter(({ name }) => name !== `vmlinuz-${release}` && name !== `initramfs-${release}.img`);
  return {
    ...root,
    boot: { ...boot, files },
    moduleReleases: moduleReleases.filter((candidate) => candidate !== release),
  };
}

function environment(disk: Observation, name: string): BootEnvironment {
  const found = interpretState(observe(disk), grub).environments.find((environment) => environment.name === name);
  if (found === undefined) throw new Error(`there is no environment ${name}`);
  return found;
}

function volumePath(disk: Observation, name: string, place: string): string {
  const found = environment(disk, name).volumes.find(({ mountpoint }) => mountpoint === place);
  if (found === undefined) throw new Error(`“${name}” has no ${place}`);
  return `/${found.subvolume.path}`;
}

function snapshotPaths({ roots }: Observation, snapshot: string | undefined): readonly string[] {
  return snapshot === undefined ? [] : roots.filter(({ readOnly }) => readOnly).map(({ subvolume }) => subvolume.path);
}

/** The visible state of the disk. */
export function seenInMemory(disk: Observation): readonly Seen[] {
  return interpretState(observe(disk), grub).environments.map((environment) => {
    const places = environment.volumes.filter(({ mountpoint }) => !/^\/mnt\/(top|other)/.test(mountpoint));
    const volumes = places.map(({ mountpoint, subvolume, marked }): readonly [string, string] => {
      const data = disk.attributes.find(({ path, name }) => path === subvolume.path && name === 'test-data');
      return [mountpoint, printVolume(data?.value ?? '', marked)];
    });
    const snapshots = environment.snapshots.map(
      ({ name, subvolume }) => [name, contentsOf(disk, subvolume.path)] as const,
    );
    return {
      name: environment.name,
      active: environment.active,
      running: environment.running,
      held: environment.held,
      adopted: environment.marked,
      description: environment.description,
      contents: contentsOf(disk, environment.subvolume.path),
      kernels: environment.kernels.map(({ release }) => release).sort(),
      words: environment.kernels[0] === undefined ? undefined : ownWords(environment.kernels[0].options),
      volumes: Object.fromEntries(volumes.sort(byFirst)),
      snapshots: Object.fromEntries(snapshots.sort(byFirst)),
    };
  });
}

/** The kernel arguments of the system itself, in a fixed order. */
export function ownWords(options: readonly string[]): readonly string[] {
  const words = options.flatMap((word) => {
    if (!word.startsWith('rootflags=')) return /^(root=|ro$|rw$)/.test(word) ? [] : [word];
    const flags = word.slice('rootflags='.length).split(',');
    return flags.filter((flag) => !/^subvol(id)?=/.test(flag)).map((flag) => `rootflags=${flag}`);
  });
  return words.sort();
}

function contentsOf({ roots }: Observation, path: string): string {
  const file = roots.find(({ subvolume }) => subvolume.path === path)?.osRelease;
  return file?.kind === 'text' ? (/PRETTY_NAME="(.*)"/.exec(file.text)?.[1] ?? '') : '';
}

function byFirst(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : 1;
}

/** Checks that no planner requests a volume twice. */
export function repeatedVolumes(disk: Observation): readonly string[] {
  const seen = observe(disk);
  return seen.roots.flatMap((root) => {
    const places = interpretVolumes(root, seen).map(({ mountpoint }) => mountpoint);
    return places.filter((place, index) => places.indexOf(place) !== index);
  });
}
