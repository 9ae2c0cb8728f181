import { type BeName, beNameKey, freeBeName } from '../model/be-name.ts';
import type { SystemState } from '../model/environment.ts';
import type { Mark } from '../model/mark.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Target } from '../model/snapshot-name.ts';
import type { Plan, Step } from '../model/step.ts';
import { freeDirectory } from '../model/store.ts';
import { activationSteps } from './activation.ts';
import { findBootFaultOf } from './can-boot.ts';
import { type Clone, planClone } from './clone.ts';
import { deferCopies } from './defer-copies.ts';
import { describeClonePolicies } from './describe-clone-policies.ts';
import { activeUuid, defaultEnvironment } from './find-environment.ts';
import { findSource, type Source } from './find-source.ts';
import { foresee, withActive, withClone } from './foresee.ts';
import { markUnmarked, type RecordedWorld } from './mark-unmarked.ts';
import { planOnce } from './once.ts';
import { commit, finish } from './ordering.ts';
import { type Pruning, prune, pruneNothing } from './prune.ts';
import { afterSecuring } from './secure-kernels.ts';
import { afterwards, planSync } from './sync.ts';
import { thenSync } from './then-sync.ts';
import { planTidy } from './tidy.ts';
import type { World } from './world.ts';

/** The source and the properties of a new boot environment. */
export interface CreateIntent {
  /** Undefined is the running one, or the active one if none runs. */
  readonly source: Target | undefined;
  /** Undefined is a name made of the source's. */
  readonly name: BeName | undefined;
  readonly description: string | undefined;
  /** Whether to boot it by default from now on, or once at the next start. */
  readonly activation: 'default' | 'once' | 'none';
  /** Further fields of its mark. */
  readonly marked?: Pick<Mark, 'automatic' | 'state' | 'restorePoint'>;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * Makes a boot environment by copying another one, or a snapshot of one, and updates the menu. A source that is only
 * the running root so far becomes a boot environment too. For a restore point be-hook may delete older ones: see
 * retention.
 */
export function planCreate(world: World, intent: CreateIntent): Plan | Problem {
  const choice = chooseCopy(world, intent);
  if (isProblem(choice)) return choice;
  return afterSecuring(world, choice.target, (secured) => planSecuredCreate(secured, intent));
}

function planSecuredCreate(world: World, intent: CreateIntent): Plan | Problem {
  const recorded = planRecordedCopy(world, intent);
  if (isProblem(recorded)) return recorded;
  const { name, copy, recording } = recorded;
  const isRestorePoint = intent.marked?.restorePoint !== undefined;
  const pruning = isRestorePoint ? prune(recording.world, intent.now) : pruneNothing(recording.world);
  const menu = planSync(pruning.world, afterwards);
  const fault = isProblem(menu) ? menu : findBootFaultOf(name, pruning.world);
  if (intent.activation !== 'none' && fault !== undefined) return fault;
  // be-hook deletes nothing that the menu may still offer.
  const deletions = isProblem(menu) ? pruneNothing(recording.world) : withTidying(pruning, world);
  const plan = thenSync(recording.steps, deletions.world, { from: activeUuid(world.state) });
  return isProblem(plan) ? plan : inSequence(copy, plan, recording.last, deletions);
}

/** The world with the boot environment that `planCreate` would make, before retention deletes anything. */
export function foreseeCreate(world: World, intent: CreateIntent): World | Problem {
  const recorded = planRecordedCopy(world, intent);
  return isProblem(recorded) ? recorded : recorded.recording.world;
}

/** A planned copy, and the steps that record it. */
interface RecordedCopy {
  readonly name: BeName;
  readonly copy: MarkedCopy;
  readonly recording: Recording;
}

function planRecordedCopy(world: World, intent: CreateIntent): RecordedCopy | Problem {
  const choice = chooseCopy(world, intent);
  if (isProblem(choice)) return choice;
  const copy = planCopy(world, choice, intent);
  if (isProblem(copy)) return copy;
  const recording = planRecording(world, copy, intent);
  return isProblem(recording) ? recording : { name: choice.name, copy, recording };
}

/** A planned copy, with its mark. */
interface MarkedCopy {
  readonly clone: Clone;
  readonly mark: Mark;
  readonly steps: readonly Step[];
  readonly reason: string;
  /** The source, as the user named it. */
  readonly source: string;
}

function planCopy(
  world: World,
  { source, target, name, directory }: Choice,
  { now, description, marked }: CreateIntent,
): MarkedCopy | Problem {
  const reason = `“${name}” is a copy of “${source.name}”`;
  // A restore point has to keep the present state, and a snapshot contains its volumes too.
  const atBoot = source.root.copiesAtBoot && target.snapshot === undefined && marked?.restorePoint === undefined;
  const { root, volumes } = source;
  const clone = planClone(world, { source: root, volumes, directory, atBoot, now, reason });
  if (isProblem(clone)) return clone;
  const first = deferCopies(clone);
  const described = description === undefined ? {} : { description };
  const { uuid } = clone.root.subvolume;
  const mark: Mark = { version: 1, name, uuid, created: now, ...described, ...marked, ...first.mark };
  return { clone, mark, steps: [...clone.steps, ...first.steps], reason, source: source.name };
}

/** Steps that make a copy a boot environment and record when it boots, and the world after them. */
interface Recording {
  readonly steps: readonly Step[];
  readonly world: World;
  /** The steps after everything else is on disk. */
  readonly last: readonly Step[];
}

function planRecording(
  world: World,
  { clone, mark, reason }: MarkedCopy,
  { activation, now }: CreateIntent,
): Recording | Problem {
  const { path, uuid } = clone.root.subvolume;
  const { name } = mark;
  const retained = keepOthers(world, now);
  const once =
    activation === 'once' ? planOnce(retained.world, name) : { steps: [], world: retained.world, last: undefined };
  if (isProblem(once)) return once;
  const isDefault = activation === 'default';
  const steps: Step[] = [...retained.steps, { kind: 'set-mark', path, mark, reason }, ...once.steps];
  if (isDefault) steps.push(...activationSteps(once.world, uuid, `“${name}” becomes the default`));
  const created = foresee(once.world, withClone(clone, mark), ...(isDefault ? [withActive(uuid)] : []));
  return { steps, world: created, last: once.last === undefined ? [] : [once.last] };
}

function withTidying(pruning: Pruning, world: World): Pruning {
  return { ...pruning, steps: [...pruning.steps, ...planTidy(world)] };
}

function inSequence(
  { clone, mark, steps, source }: MarkedCopy,
  plan: Plan,
  last: readonly Step[],
  deletions: Pruning,
): Plan {
  return {
    ...plan,
    steps: [...steps, commit, ...plan.steps, ...finish(clone.directory), ...last, ...deletions.steps],
    warnings: [...clone.warnings, ...plan.warnings],
    notes: [`“${mark.name}” is a copy of “${source}”.`, ...describeClonePolicies(clone), ...deletions.notes],
  };
}

/** A copy that is possible. */
export interface Choice {
  readonly target: Target;
  readonly source: Source;
  readonly name: BeName;
  /** A new directory of the store. */
  readonly directory: string;
}

/**
 * Finds the source, the name and the directory of a copy. Refuses sources that cannot be copied, and names that are in
 * use.
 */
export function chooseCopy(world: World, intent: Pick<CreateIntent, 'source' | 'name'>): Choice | Problem {
  const { observation, state } = world;
  const defaultName = defaultEnvironment(state)?.name;
  const target = intent.source ?? (defaultName === undefined ? undefined : { name: defaultName, snapshot: undefined });
  if (target === undefined) return { code: 'no-environments' };
  const source = findSource(world, target);
  if (isProblem(source)) return source;
  const name = intent.name ?? nextName(target.name, state);
  return findNamesake(state, name) ?? { target, source, name, directory: freeDirectory(name, observation) };
}

/** The refusal of a name that a boot environment has, or that could be confused with one. */
export function findNamesake({ environments }: SystemState, name: BeName): Problem | undefined {
  const taken = environments.find((environment) => beNameKey(environment.name) === beNameKey(name));
  return taken === undefined ? undefined : { code: 'name-taken', name, path: taken.subvolume.path };
}

/**
 * `NAME-2`, `NAME-3` …. It continues the number of a source with such a name: a copy of `fedora-2` is `fedora-3` if
 * there is a `fedora`.
 */
function nextName(source: string, { environments }: SystemState): BeName {
  const names = environments.map(({ name }) => name);
  const stem = /^(.*)-[0-9]+$/.exec(source)?.[1];
  const base = names.find((name) => name === stem) ?? names.find((name) => name === source);
  return freeBeName(base ?? (source as BeName), names);
}

/**
 * Records a running root that was not adopted, and the default, before a second environment exists. Otherwise the root
 * would stop being a boot environment as soon as another one runs, and the default would always be the running one.
 */
export function keepOthers(world: World, now: number): RecordedWorld {
  const marked = markUnmarked(world, now);
  const active = activeUuid(world.state);
  const recording =
    active === undefined ? [] : activationSteps(world, active, 'it must stay the default when another one is running');
  return { steps: [...marked.steps, ...recording], world: foresee(marked.world, withActive(active)) };
}
