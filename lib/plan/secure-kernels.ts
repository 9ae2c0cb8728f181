import { printKernelRecord } from '../formats/kernel-record.ts';
import type { BootEnvironment } from '../model/environment.ts';
import {
  type KeptImages,
  type KeptKind,
  keptPlace,
  privateBootDirectory,
  type RecordedFile,
} from '../model/kernel-record.ts';
import type { Observation, RootFacts, Subvolume } from '../model/observation.ts';
import { onRoot } from '../model/place.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Target } from '../model/snapshot-name.ts';
import type { Plan, Step } from '../model/step.ts';
import { foresee, withAttribute, withCopies } from './foresee.ts';
import { keepAllImages } from './interpret/boot.ts';
import { bootReserve, findShortage, keepFiles, setKernels } from './kept-images.ts';
import { settle } from './ordering.ts';
import type { World } from './world.ts';

/** The steps, and the world after them. */
interface SecuredKernels {
  readonly steps: readonly Step[];
  readonly world: World;
}

/**
 * Makes kept copies of all kernels of an environment on a separate /boot, before be-hook copies the environment: the copy
 * inherits the record, and a later change in /boot then affects neither of them. Returns `boot-space-short`, and
 * `record-unreadable` where be-hook cannot find the kernels. There are no steps for an environment with a /boot of its own.
 */
function secureKernels(world: World, { subvolume, readOnly, running }: BootEnvironment): SecuredKernels | Problem {
  const images = findImages(world, subvolume);
  const { boot } = world.observation;
  if (images === undefined || boot === undefined || readOnly) return { steps: [], world };
  const { copies, record, isRecorded, isReadable } = images;
  if (!isReadable && !running) return { code: 'record-unreadable', path: subvolume.path };
  const needed = copies.reduce((sum, { size }) => sum + size, bootReserve);
  const shortage = needed > boot.free ? findShortage(copies, boot.free)[0] : undefined;
  if (isProblem(shortage)) return shortage;
  const kept = keepFiles(copies);
  const { path } = subvolume;
  const recording = isRecorded ? [] : [setKernels(path, record), settle('a copy inherits the record')];
  const settled = kept.length === 0 ? [] : [settle('a record names only complete copies', 'boot')];
  return {
    steps: [...kept, ...settled, ...recording],
    world: foresee(world, withCopies(copies), withAttribute(path, 'kernels', printKernelRecord(record))),
  };
}

/** What be-hook keeps for an environment once all its kernels have copies. Undefined without a separate /boot. */
function findImages({ observation, state }: World, { id }: Subvolume): KeptImages | undefined {
  const root = observation.roots.find(({ subvolume }) => subvolume.id === id);
  const environment = state.environments.find(({ subvolume }) => subvolume.id === id);
  return root && environment && keepAllImages(root, observation, environment.kernels);
}

/** The same for the source of a copy. A snapshot has been secured when it was taken. */
function secureSource(world: World, { name, snapshot }: Target): SecuredKernels | Problem {
  const environment = world.state.environments.find((candidate) => candidate.name === name);
  return environment === undefined || snapshot !== undefined ? { steps: [], world } : secureKernels(world, environment);
}

/** A plan that copies an environment or a snapshot, after the steps of `secureSource`. */
export function afterSecuring<P extends Plan>(
  world: World,
  target: Target,
  planCopy: (world: World) => P | Problem,
): P | Problem {
  const secured = secureSource(world, target);
  if (isProblem(secured)) return secured;
  const plan = planCopy(secured.world);
  return isProblem(plan) ? plan : { ...plan, steps: [...secured.steps, ...plan.steps] };
}

/**
 * `boot-space-short` if a separate /boot has no space for the copies that the copy of an environment needs and for one more
 * kernel, as large as its largest one, which an upgrade may install.
 */
export function findUpgradeShortage(world: World, target: Target): Problem | undefined {
  const { boot } = world.observation;
  const environment = world.state.environments.find(({ name }) => name === target.name);
  if (boot === undefined || environment?.keptImages === undefined) return undefined;
  const kernels = Object.values(environment.keptImages.record.kernels);
  const largest = Math.max(0, ...kernels.map(({ image, initrd }) => (image?.size ?? 0) + (initrd?.size ?? 0)));
  // A snapshot has been secured when it was taken.
  const images = target.snapshot === undefined ? findImages(world, environment.subvolume) : undefined;
  const copied = images?.copies.reduce((sum, { size }) => sum + size, 0) ?? 0;
  const needed = copied + largest + bootReserve;
  return needed > boot.free ? { code: 'boot-space-short', needed, free: boot.free } : undefined;
}

/** The shortage in a plan for the menu because of which an environment would lack copies of its kernels. */
export function findShortageOf(name: string, { state }: World, { warnings }: Plan): Problem | undefined {
  const environment = state.environments.find((candidate) => candidate.name === name);
  const isComplete = (environment?.keptImages?.copies.length ?? 0) === 0;
  return isComplete ? undefined : warnings.find(({ code }) => code === 'boot-space-short');
}

/**
 * The steps that put the kernels of a root on a separate /boot into the private /boot of its copy, because a stream has no
 * other file system. They are kept copies already: see `secureSource`.
 */
export function packKernels(root: RootFacts, copy: string, observation: Observation): readonly Step[] {
  const images = keepAllImages(root, observation, []);
  const reason = 'the stream must have the kernels of the system';
  const pack = (kind: KeptKind, release: string, file: RecordedFile | undefined, name: string): readonly Step[] => {
    if (file?.digest === undefined) return [];
    const { digest, size } = file;
    const path = `${copy}/${privateBootDirectory}/${name}`;
    return [{ kind: 'keep-file', ...onRoot(path), from: keptPlace(kind, release, digest), digest, size, reason }];
  };
  return Object.entries(images?.record.kernels ?? {}).flatMap(([release, { image, initrd }]) => [
    ...pack('vmlinuz', release, image, `vmlinuz-${release}`),
    ...pack('initramfs', release, initrd, `initramfs-${release}.img`),
  ]);
}
