import { parseMark } from '../../formats/mark.ts';
import { type BeName, beNameFromPath, beNameKey, freeBeName } from '../../model/be-name.ts';
import type { BootEnvironment, SystemState, UnfinishedWork } from '../../model/environment.ts';
import { compareAge } from '../../model/environment-age.ts';
import type { Mark } from '../../model/mark.ts';
import type { Observation, RootFacts } from '../../model/observation.ts';
import type { OneShotFile } from '../../model/one-shot.ts';
import type { Problem } from '../../model/problem.ts';
import type { Loader } from '../loader.ts';
import { findCommonBoots } from './common-boot.ts';
import { interpretDefault } from './default-choice.ts';
import { type Identity, interpretEnvironment } from './environment.ts';
import { judgeRoot } from './judge-root.ts';
import { findUnreadableRecords } from './kernel-records.ts';
import { interpretSnapshots, namesByUuid } from './snapshots.ts';
import { interpretUnfinishedWork } from './unfinished-work.ts';

/**
 * Interprets everything that was observed: which roots are boot environments, what each offers, which one boots by
 * default.
 */
export function interpretState(observation: Observation, loader: Loader): SystemState {
  const { filesystem } = observation;
  const unfinishedWork = interpretUnfinishedWork(observation);
  const byDefault = interpretDefault(observation, loader);
  const judged = observation.roots.map((root) => {
    const markedForDeletion = isMarkedForDeletion(root, unfinishedWork);
    return { root, ...judgeRoot(root, observation, loader, { markedForDeletion, chosen: root === byDefault.chosen }) };
  });
  const accepted = judged.filter(({ accept }) => accept);
  const names = nameAll(accepted.map(({ root, name }) => ({ root, name })));
  const chosen = accepted.find(({ root }) => root === byDefault.chosen && !isMarkedForDeletion(root, unfinishedWork));
  const candidates = accepted.filter(({ mark }) => mark?.state === undefined).map(({ root }) => root);
  const active = chosen?.root.subvolume.uuid ?? findActive(observation, candidates);
  const environments = accepted.map(({ root, marked, created, mark, markFault }) => {
    const name = names.get(root) ?? beNameFromPath(root.subvolume.path);
    const { uuid } = root.subvolume;
    const given = { ...readMark(mark, uuid), markFault };
    const identity: Identity = { name, marked, created: created ?? root.born, active: uuid === active, ...given };
    return interpretEnvironment(root, identity, observation, loader);
  });
  return {
    filesystemUuid: filesystem.uuid,
    bootUuid: observation.boot?.uuid,
    runs: filesystem.runningSubvolume !== undefined,
    defaultSubvolume: filesystem.defaultSubvolume,
    followsDefault: byDefault.follows,
    environments: relate(environments, observation, unfinishedWork).sort(compareEnvironments),
    problems: [
      ...judged.flatMap(({ root, problem }) => (isUnfinishedWork(root, unfinishedWork) ? [] : (problem ?? []))),
      ...unfinishedWork.map(({ path }) => ({ code: 'leftover' as const, path })),
      ...findClashes(accepted, names),
      ...findDoubtful(observation, environments),
      ...[...loader.check(observation), ...findUnreadableRecords(observation)],
    ],
    subvolumes: observation.subvolumes,
    unfinishedWork,
    oneShot: interpretOneShot(observation),
    tools: observation.tools,
  };
}

/** The fields of an environment from its mark; the defaults if it has no mark. */
function readMark(
  mark: Mark | undefined,
  uuid: string,
): Omit<Identity, 'name' | 'marked' | 'markFault' | 'created' | 'active'> {
  const { id = uuid, former = [], held = false, automatic = false } = mark ?? {};
  const { description, restorePoint, state, firstBoot, requires, more } = mark ?? {};
  const unknown = { ...(requires === undefined ? {} : { requires }), ...(more === undefined ? {} : { more }) };
  return { id, former, description, held, automatic, restorePoint, state, firstBoot, unknown };
}

/** Adds the snapshots and the origin to each environment. */
function relate(
  environments: readonly BootEnvironment[],
  observation: Observation,
  unfinishedWork: readonly UnfinishedWork[],
): BootEnvironment[] {
  const snapshots = interpretSnapshots(observation, unfinishedWork);
  const own = environments.map((environment) => ({ ...environment, snapshots: snapshots.get(environment.id) ?? [] }));
  const names = namesByUuid(own);
  const { next } = observation.oneShot;
  return own.map((candidate) => ({
    ...candidate,
    next: candidate.name === next,
    origin: names.get(candidate.subvolume.parentUuid ?? ''),
  }));
}

function interpretOneShot({ attributes }: Observation): OneShotFile | undefined {
  const filesystemUuid = attributes.find(({ path, name }) => path === '' && name === 'one-shot')?.value;
  return filesystemUuid === undefined ? undefined : { filesystemUuid };
}

/** A root that is marked for deletion, or was replaced, is no longer a boot environment, whatever its mark says. */
function isMarkedForDeletion({ subvolume }: RootFacts, unfinishedWork: readonly UnfinishedWork[]): boolean {
  return unfinishedWork.some(
    ({ path, kind }) => kind === 'doomed' && (subvolume.path === path || subvolume.path === `${path}/root`),
  );
}

/** be-hook reports an unfinished copy as unfinished work. It does not report the mark that the copy inherited. */
function isUnfinishedWork({ subvolume }: RootFacts, unfinishedWork: readonly UnfinishedWork[]): boolean {
  return unfinishedWork.some(({ path }) => subvolume.path === path || subvolume.path.startsWith(`${path}/`));
}

/** Environments whose mark has a name that an older one has. be-hook shows them under another name. */
function findClashes(
  accepted: readonly { root: RootFacts; name: BeName | undefined }[],
  names: ReadonlyMap<RootFacts, BeName>,
): readonly Problem[] {
  return accepted.flatMap(({ root, name }) => {
    if (name === undefined || names.get(root) === name) return [];
    const key = beNameKey(name);
    const clash = accepted.find(
      (candidate) => candidate.root !== root && beNameKey(names.get(candidate.root) ?? name) === key,
    );
    return [{ code: 'name-taken' as const, name, path: (clash ?? { root }).root.subvolume.path, remedy: 'rename' }];
  });
}

/** Problems with lines of the subvolume list that cannot be trusted, and with subvolumes that two environments use. */
function findDoubtful({ ambiguous }: Observation, environments: readonly BootEnvironment[]): readonly Problem[] {
  const shared = findCommonBoots(environments);
  if (ambiguous.length === 0) return shared;
  return [{ code: 'listing-ambiguous', paths: ambiguous.map(({ path }) => path) }, ...shared];
}

/** The first of several similar marked names stays. All others get the first free one. */
function nameAll(roots: readonly { root: RootFacts; name: BeName | undefined }[]): ReadonlyMap<RootFacts, BeName> {
  const names = new Map<RootFacts, BeName>();
  const taken = new Set<string>();
  const byAge = [...roots].sort((a, b) => a.root.subvolume.id - b.root.subvolume.id);
  for (const { root, name } of byAge) {
    if (name === undefined || taken.has(beNameKey(name))) continue;
    names.set(root, name);
    taken.add(beNameKey(name));
  }
  for (const { root, name } of byAge.filter((candidate) => !names.has(candidate.root))) {
    names.set(root, freeBeName(name ?? beNameFromPath(root.subvolume.path), [...names.values()]));
  }
  return names;
}

/**
 * Where the default subvolume chooses no environment: the recorded environment if it exists, or its replacement, else
 * the running one, else the oldest.
 */
function findActive(observation: Observation, roots: readonly RootFacts[]): string | undefined {
  const { active, filesystem } = observation;
  const recorded = roots.find((root) => root.subvolume.uuid === active) ?? findSuccessor(observation, roots);
  const running = roots.find((root) => root.subvolume.id === filesystem.runningSubvolume);
  const oldest = [...roots].sort((a, b) => a.subvolume.id - b.subvolume.id)[0];
  return (recorded ?? running ?? oldest)?.subvolume.uuid;
}

/** After an interrupted rollback the copy has its mark, and the old subvolume is still the recorded one. */
function findSuccessor({ active, roots: all }: Observation, roots: readonly RootFacts[]): RootFacts | undefined {
  const idOf = ({ mark, subvolume }: RootFacts): string | undefined => {
    const parsed = mark === undefined ? undefined : parseMark(mark);
    return parsed?.uuid === subvolume.uuid ? (parsed.id ?? parsed.uuid) : undefined;
  };
  const lost = all.find(({ subvolume }) => subvolume.uuid === active);
  const id = lost === undefined ? undefined : idOf(lost);
  return id === undefined ? undefined : roots.find((root) => idOf(root) === id);
}

function compareEnvironments(a: BootEnvironment, b: BootEnvironment): number {
  return Number(b.active) - Number(a.active) || Number(b.running) - Number(a.running) || compareAge(b, a);
}
