import { printMark, printSnapshotMark } from '../../lib/formats/mark.ts';
import type { Observation, Subvolume } from '../../lib/model/observation.ts';
import type { Step, StepKind } from '../../lib/model/step.ts';
import { pathOfFuture } from '../../lib/model/store.ts';
import { moveRoot } from '../../lib/plan/move-root.ts';
import { applyToFiles, changeRoot, loaderOf } from './apply-files-in-memory.ts';
import { uuidOf } from './builders.ts';

/** The observation after these steps. Throws for a step that names a missing object. */
export function applyInMemory(observation: Observation, steps: readonly Step[]): Observation {
  return steps.reduce(applyStep, observation);
}

function applyStep(observation: Observation, step: Step): Observation {
  return (
    applyToTools(observation, step) ??
    applyToDefault(observation, step) ??
    applyToMarks(observation, step) ??
    applyToSubvolumes(observation, step) ??
    applyToFiles(observation, step)
  );
}

/** The state of a disk that an observation does not contain. */
const outside: readonly StepKind[] = [
  'take-lock',
  'sync-filesystem',
  'wait-for-space',
  'append-history',
  'copy-tree',
  'carry-file',
];

function applyToTools(observation: Observation, step: Step): Observation | undefined {
  const { tools } = observation;
  if (step.kind === 'mark-needs-sync') return { ...observation, tools: { ...tools, needsSync: step.reason } };
  if (step.kind === 'clear-needs-sync') return { ...observation, tools: { ...tools, needsSync: undefined } };
  if (outside.includes(step.kind)) return observation;
  return applyToMounts(observation, step);
}

function applyToMounts(observation: Observation, step: Step): Observation | undefined {
  const { filesystem } = observation;
  if (step.kind === 'mount-subvolumes') {
    const made = step.mounts.map(({ subvolume, mountpoint }) => ({ subvolume: subvolume.id, mountpoint }));
    return { ...observation, filesystem: { ...filesystem, mounts: [...filesystem.mounts, ...made] } };
  }
  if (step.kind !== 'unmount') return undefined;
  const gone = step.mounts.map(({ mountpoint }) => mountpoint);
  const mounts = filesystem.mounts.filter(({ mountpoint }) => !gone.includes(mountpoint));
  return { ...observation, filesystem: { ...filesystem, mounts } };
}

function applyToDefault(observation: Observation, step: Step): Observation | undefined {
  if (step.kind === 'set-active') {
    return { ...observation, active: step.uuid === undefined ? undefined : learnUuid(observation, step.uuid) };
  }
  if (step.kind !== 'set-default-subvolume') return undefined;
  const defaultSubvolume = subvolumeAt(observation, step.path).id;
  return { ...observation, filesystem: { ...observation.filesystem, defaultSubvolume } };
}

function applyToMarks(observation: Observation, step: Step): Observation | undefined {
  const { attributes } = observation;
  const set = (path: string, name: string, value: string): Observation => ({
    ...observation,
    attributes: [
      ...attributes.filter((attribute) => attribute.path !== path || attribute.name !== name),
      { path, name, value },
    ],
  });
  const learn = (uuid: string): string => learnUuid(observation, uuid);
  if (step.kind === 'set-mark') {
    const mark = printMark({ ...step.mark, uuid: learn(step.mark.uuid) });
    return changeRoot(observation, step.path, (root) => ({ ...root, mark }));
  }
  if (step.kind === 'clear-mark') return changeRoot(observation, step.path, (root) => ({ ...root, mark: undefined }));
  if (step.kind === 'set-snapshot-mark') {
    return set(step.path, 'snapshot', printSnapshotMark({ ...step.mark, uuid: learn(step.mark.uuid) }));
  }
  if (step.kind === 'set-one-shot-file') return set('', 'one-shot', step.filesystemUuid);
  if (step.kind === 'set-next') return { ...observation, oneShot: { ...observation.oneShot, next: step.name } };
  if (step.kind === 'set-volume-policy') return set(subvolumeAt(observation, step.path).path, 'volume', step.policy);
  if (step.kind === 'mark-for-deletion') {
    if (!observation.store.includes(step.path)) subvolumeAt(observation, step.path);
    return set(step.path, 'doomed', step.uuid);
  }
  if (step.kind === 'begin-directory') {
    return { ...set(step.path, 'incomplete', '1'), store: [...new Set([...observation.store, step.path])] };
  }
  if (step.kind === 'protect-directory') {
    return { ...observation, exposed: observation.exposed.filter((path) => path !== step.path) };
  }
  if (step.kind !== 'finish-directory') return undefined;
  const rest = attributes.filter((attribute) => attribute.path !== step.path || attribute.name !== 'incomplete');
  return { ...observation, attributes: rest };
}

/** Like the executor: a planned subvolume has its uuid when a step uses it. */
function learnUuid(observation: Observation, uuid: string): string {
  const path = pathOfFuture(uuid);
  return path === undefined ? uuid : subvolumeAt(observation, path).uuid;
}

function subvolumeAt({ subvolumes }: Observation, path: string): Subvolume {
  const found = subvolumes.find((subvolume) => subvolume.path === path);
  if (found === undefined) throw new Error(`there is no subvolume /${path}`);
  return found;
}

function applyToSubvolumes(observation: Observation, step: Step): Observation | undefined {
  if (step.kind === 'replace-placeholder') return observation;
  if (step.kind === 'create-subvolume') return create(observation, step.path);
  if (step.kind === 'clone-subvolume') return clone(observation, step.from, step.to);
  if (step.kind === 'freeze-subvolume') {
    const frozen = subvolumeAt(observation, step.path);
    const roots = observation.roots.map((root) =>
      root.subvolume.path === step.path ? { ...root, readOnly: true } : root,
    );
    return { ...observation, roots, readOnly: [...observation.readOnly, frozen.id] };
  }
  if (step.kind === 'thaw-subvolume') {
    const ids = observation.subvolumes.filter(({ path }) => path === step.path).map(({ id }) => id);
    return { ...observation, readOnly: observation.readOnly.filter((id) => !ids.includes(id)) };
  }
  if (step.kind === 'remove-directory') {
    const below = (path: string): boolean => path === step.path || path.startsWith(`${step.path}/`);
    if (observation.subvolumes.some(({ path }) => below(path))) throw new Error(`/${step.path} is not empty`);
    const attributes = observation.attributes.filter(({ path }) => !below(path));
    return { ...observation, attributes, store: observation.store.filter((path) => !below(path)) };
  }
  return step.kind === 'delete-subvolume' ? deleteSubvolume(observation, step) : undefined;
}

/** Ids are never reused after a deletion (btrfs, `btrfs_get_free_objectid`). */
let highestId = 100_000;

function create(observation: Observation, path: string): Observation {
  const id = (highestId += 1);
  const subvolume = { id, uuid: uuidOf(id), parentUuid: undefined, path, generation: 0 };
  return { ...observation, subvolumes: [...observation.subvolumes, subvolume] };
}

function clone(observation: Observation, from: string, to: string): Observation {
  const { subvolumes, roots, attributes } = observation;
  const source = subvolumeAt(observation, from);
  if (subvolumes.some(({ path }) => path === to)) throw new Error(`there is a subvolume /${to} already`);
  const id = (highestId += 1);
  const subvolume = { id, uuid: uuidOf(id), parentUuid: source.uuid, path: to, generation: 0 };
  const root = roots.find((root) => root.subvolume.path === from);
  const inherited = attributes.filter(({ path }) => path === from).map((attribute) => ({ ...attribute, path: to }));
  return {
    ...observation,
    subvolumes: [...subvolumes, subvolume],
    roots:
      root === undefined
        ? roots
        : [...roots, { ...moveRoot(root, subvolume, 0, { loader: loaderOf(root), copies: [] }), mark: root.mark }],
    attributes: [...attributes, ...inherited],
  };
}

function deleteSubvolume(observation: Observation, { path, id }: { path: string; id: number }): Observation {
  const { subvolumes, roots, attributes } = observation;
  if (subvolumeAt(observation, path).id !== id) throw new Error(`/${path} is not what was observed`);
  if (subvolumes.some((subvolume) => subvolume.path.startsWith(`${path}/`))) throw new Error(`/${path} holds others`);
  return {
    ...observation,
    subvolumes: subvolumes.filter((subvolume) => subvolume.path !== path),
    roots: roots.filter(({ subvolume }) => subvolume.path !== path),
    attributes: attributes.filter((attribute) => attribute.path !== path),
    readOnly: observation.readOnly.filter((candidate) => candidate !== id),
  };
}
