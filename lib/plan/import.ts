import { findBootEntry, isNamed } from '../formats/fstab-subvolume.ts';
import type { BeName } from '../model/be-name.ts';
import type { ManifestVolume } from '../model/manifest.ts';
import type { Mark } from '../model/mark.ts';
import type { FileText, Observation } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { printTarget } from '../model/snapshot-name.ts';
import type { Plan, Step } from '../model/step.ts';
import { freeDirectory } from '../model/store.ts';
import type { Volume } from '../model/volume.ts';
import { activationSteps } from './activation.ts';
import { type Clone, freeVolumePath, futureSubvolume, planCopies } from './clone.ts';
import { findNamesake, keepOthers } from './create.ts';
import { foresee, withActive, withClone, withoutDirectory } from './foresee.ts';
import { readFstab } from './interpret/file-text.ts';
import { policyOf } from './interpret/volumes.ts';
import { commit, finish, settle } from './ordering.ts';
import type { Copy } from './retarget-root.ts';
import { findShortageOf } from './secure-kernels.ts';
import { type Stage, tidyUnfinished } from './stage.ts';
import { thenSync } from './then-sync.ts';
import { findShared, listForeign, translateFstab } from './translate-fstab.ts';
import { findBootSubvolume, type Unpacked, unpack } from './unpack.ts';
import { findUnserved } from './unserved.ts';
import type { World } from './world.ts';

/** A plan that makes the directory for a stream. */
export interface ImportBegin extends Plan {
  readonly stage: Stage;
}

/** Refuses a name that is in use before anything is received, and makes the directory for the stream. */
export function planImportBegin(world: World, name: BeName): ImportBegin | Problem {
  const { observation, state } = world;
  const refusal = findUnserved(state) ?? findNamesake(state, name);
  if (refusal !== undefined) return refusal;
  const directory = freeDirectory(printTarget(name, 'import'), observation);
  const stage = { directory, held: `${directory}/stage` };
  const reason = `“${name}” is imported`;
  const steps: Step[] = [
    { kind: 'begin-directory', path: directory, reason },
    settle('the next run must find the work of an interrupted one'),
    { kind: 'create-subvolume', path: stage.held, reason: 'btrfs receive writes into it' },
    ...tidyUnfinished(world),
  ];
  return { steps, warnings: [], unresolved: [], stage };
}

/** The received subvolumes, and the name of the new environment. */
export interface ImportIntent {
  readonly name: BeName;
  readonly stage: Stage;
  /** The directory of the received subvolumes. */
  readonly received: string;
  readonly manifest: FileText;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * Makes a boot environment of the received subvolumes, in the way `create` makes one of another, and updates the menu.
 */
export function planImport(world: World, intent: ImportIntent): Plan | Problem {
  const { observation, state } = world;
  const { name, stage, now } = intent;
  const unpacked = unpack(observation, intent.received, intent.manifest);
  if (isProblem(unpacked)) return unpacked;
  const refusal = findNamesake(state, name) ?? findMissingBoot(unpacked, observation);
  if (refusal !== undefined) return refusal;
  const { manifest } = unpacked;
  const reason = `“${name}” was received as “${manifest.name}”`;
  const directory = freeDirectory(name, observation);
  const clone = planArrival(world, unpacked, { directory, now, reason });
  if (isProblem(clone)) return clone;
  const { uuid, path } = clone.root.subvolume;
  const described = manifest.description === undefined ? {} : { description: manifest.description };
  const mark: Mark = { version: 1, name, uuid, created: now, ...described };
  const retained = keepOthers(world, now);
  const marking: Step[] = [...retained.steps, { kind: 'set-mark', path, mark, reason }];
  const isFirst = state.environments.length === 0;
  if (isFirst) marking.push(...activationSteps(world, uuid, 'one boot environment must be the default'));
  const activating = isFirst ? [withActive(uuid)] : [];
  const after = foresee(retained.world, withClone(clone, mark), ...activating, withoutDirectory(stage.directory));
  const plan = thenSync(marking, after);
  if (isProblem(plan)) return plan;
  const shortage = findShortageOf(name, after, plan);
  if (shortage !== undefined) return shortage;
  return {
    ...plan,
    steps: [...clone.steps, commit, ...plan.steps, ...finish(directory)],
    warnings: [...findMissing(name, unpacked, observation), ...clone.warnings, ...plan.warnings],
    notes: describeArrival(name, unpacked, clone, observation),
  };
}

/** A system with a separate /boot needs one. */
function findMissingBoot({ root, manifest }: Unpacked, { boot }: Observation): Problem | undefined {
  const fstab = readFstab(root);
  const line = isProblem(fstab) ? undefined : findBootEntry(fstab);
  if (line === undefined || boot !== undefined || isNamed(line, manifest.filesystem)) return undefined;
  return { code: 'stream-unfit', why: 'its system has a separate /boot, and this machine has none' };
}

function planArrival(
  world: World,
  unpacked: Unpacked,
  where: { readonly directory: string; readonly now: number; readonly reason: string },
): Clone | Problem {
  const { observation } = world;
  const { manifest, root } = unpacked;
  const copies = placeReceived(observation, unpacked, where.directory);
  const policies = {
    cloned: copies.flatMap(({ volume }) => volume ?? []),
    shared: manifest.shared.flatMap((candidate) => describeShared(candidate, observation)),
    leftOut: [],
  };
  const origin = {
    uuid: manifest.filesystem.uuid,
    path: manifest.subvolumes[0]?.path ?? '',
    boot: findBootSubvolume(manifest)?.path,
    translate: (text: string): string | Problem => translateFstab(text, root.fstab.path, unpacked, observation),
  };
  return planCopies(world, { ...where, source: root, policies, copies, later: [], origin });
}

/** Puts all subvolumes in the places that `create` would give them. */
function placeReceived(observation: Observation, { manifest, received }: Unpacked, directory: string): readonly Copy[] {
  const copies: Copy[] = [];
  const placed = new Map<string, string>();
  for (const { name, mountpoint, inside } of manifest.subvolumes) {
    const from = received.get(name);
    if (from === undefined) continue;
    const nested = inside !== undefined;
    const volume: Volume | undefined =
      mountpoint === undefined
        ? undefined
        : { mountpoint, subvolume: from, marked: policyOf(from, observation), nested, readOnly: false };
    const path =
      mountpoint === undefined
        ? `${directory}/root`
        : inside === undefined
          ? freeVolumePath(directory, mountpoint, copies)
          : `${placed.get(inside.name) ?? directory}/${inside.at}`;
    placed.set(name, path);
    copies.push({ volume, from, to: futureSubvolume(from, path, copies.length + 1, observation) });
  }
  return copies;
}

function describeShared(volume: ManifestVolume, observation: Observation): readonly Volume[] {
  const subvolume = findShared(volume, observation);
  if (subvolume === undefined) return [];
  const { mountpoint, nested } = volume;
  return [{ mountpoint, nested, subvolume, marked: policyOf(subvolume, observation), readOnly: false }];
}

function findMissing(name: string, { manifest }: Unpacked, observation: Observation): readonly Problem[] {
  return manifest.shared
    .filter((candidate) => findShared(candidate, observation) === undefined)
    .map(({ mountpoint, path }) => ({ code: 'volume-missing', name, mountpoint, path }));
}

function describeArrival(
  name: string,
  { manifest, root }: Unpacked,
  { policies }: Clone,
  { filesystem }: Observation,
): readonly string[] {
  const list = (volumes: readonly Volume[]): string => volumes.map(({ mountpoint }) => mountpoint).join(', ');
  const isStranger = manifest.filesystem.uuid !== filesystem.uuid;
  const foreign = isStranger && root.fstab.kind === 'text' ? listForeign(root.fstab.text, manifest) : [];
  return [
    `“${name}” is a copy of the exported “${manifest.name}”${policies.cloned.length === 0 ? '' : `, with ${list(policies.cloned)}`}.`,
    ...(policies.shared.length === 0 ? [] : [`It uses volumes of this machine: ${list(policies.shared)}.`]),
    ...(foreign.length === 0
      ? []
      : [`Its fstab names other disks; check that this machine has them: ${foreign.join(', ')}.`]),
  ];
}
