import { printMark } from '../formats/mark.ts';
import { type BeName, beNameKey, freeBeName } from '../model/be-name.ts';
import { freeDirectory } from '../model/depot.ts';
import type { BootEnvironment, SystemState } from '../model/environment.ts';
import type { Mark } from '../model/mark.ts';
import type { Observation } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Target } from '../model/snapshot-name.ts';
import type { Plan, Step } from '../model/step.ts';
import { commit, thenSync } from './adopt.ts';
import { awaitCopies } from './await-copies.ts';
import { findBootFaultOf } from './can-boot.ts';
import { type Clone, planClone } from './clone.ts';
import { describeFates } from './describe-fates.ts';
import { standardEnvironment } from './find-environment.ts';
import { findSource, type Source } from './find-source.ts';
import type { Loader } from './loader.ts';
import { planOnce } from './once.ts';
import { prune } from './prune.ts';
import { afterwards, planSync } from './sync.ts';
import { planTidy } from './tidy.ts';
import { understandState } from './understand/state.ts';

/** Which boot environment is made of what. */
export interface CreateIntent {
  /** Undefined is the running one, or where none runs the active one. */
  readonly source: Target | undefined;
  /** Undefined is a name made of the source's. */
  readonly name: BeName | undefined;
  readonly description: string | undefined;
  /** Boot it by default from now on, or once, at the next start. */
  readonly activation: 'default' | 'once' | 'none';
  /** What its mark says beside that. */
  readonly marked?: Pick<Mark, 'automatic' | 'state' | 'restorePoint'>;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * Makes a boot environment by copying another one, or a snapshot of one, and brings the menu in step. What is copied
 * becomes a boot environment itself if it only was the running root until now. For a restore point others may go: see
 * retention.
 */
export function planCreate(observation: Observation, intent: CreateIntent, loader: Loader): Plan | Problem {
  const state = understandState(observation);
  const chosen = chooseCopy(observation, state, intent);
  if (isProblem(chosen)) return chosen;
  const { source, name, directory } = chosen;
  const { now, marked } = intent;
  const reason = `“${name}” is a copy of “${source.name}”`;
  // A restore point is to keep what there was, and a snapshot keeps its volumes, too.
  const atBoot = source.root.copiesAtBoot && chosen.target.snapshot === undefined && marked?.restorePoint === undefined;
  const { root, volumes } = source;
  const clone = planClone(observation, { source: root, volumes, directory, atBoot, now, reason });
  if (isProblem(clone)) return clone;
  const first = awaitCopies(clone);
  const { subvolume } = clone.root;
  const mark: Mark = { ...newMark(subvolume.uuid, name, intent), ...first.mark };
  const kept = keepOthers(state, observation, now);
  const once = intent.activation === 'once' ? planOnce(kept.observation, name) : undefined;
  if (isProblem(once)) return once;
  const { uuid, path } = subvolume;
  const marking: readonly Step[] = [...kept.steps, { kind: 'set-mark', path, mark, reason }, ...(once?.steps ?? [])];
  const isDefault = intent.activation === 'default';
  const before = once?.observation ?? kept.observation;
  const made = addRoot({ ...before, active: isDefault ? uuid : before.active }, clone, mark);
  const pruning = marked?.restorePoint === undefined ? { observation: made, steps: [], notes: [] } : prune(made, now);
  const menu = planSync(understandState(pruning.observation), afterwards, loader);
  const fault = isProblem(menu) ? menu : findBootFaultOf(name, pruning.observation);
  if (intent.activation !== 'none' && fault !== undefined) return fault;
  // What the menu may still offer stays.
  const after = understandState(isProblem(menu) ? made : pruning.observation);
  const activation: Step = { kind: 'set-active', uuid, reason: `“${name}” becomes the default` };
  const plan = thenSync(isDefault ? [...marking, activation] : marking, after, loader, {
    from: state.environments.find(({ active }) => active)?.subvolume.uuid,
  });
  if (isProblem(plan)) return plan;
  const end = [...finish(directory), ...(once === undefined ? [] : [once.last])];
  const copied = [`“${name}” is a copy of “${source.name}”.`, ...describeFates(clone)];
  const steps = [...clone.steps, ...first.steps, commit, ...plan.steps, ...end];
  const warnings = [...clone.warnings, ...plan.warnings];
  if (isProblem(menu)) return { ...plan, steps, warnings, notes: copied };
  const going = [...pruning.steps, ...planTidy(observation, state)];
  return { ...plan, steps: [...steps, ...going], warnings, notes: [...copied, ...pruning.notes] };
}

function newMark(uuid: string, name: BeName, { now, description, marked }: CreateIntent): Mark {
  const described = description === undefined ? {} : { description };
  return { version: 1, name, uuid, created: now, ...described, ...marked };
}

/** A copy that can be made. */
export interface Choice {
  readonly target: Target;
  readonly source: Source;
  readonly name: BeName;
  /** A new one of the depot. */
  readonly directory: string;
}

/** What is copied, how the copy is called, and where it is to lie; refuses what cannot be copied, and names that are taken. */
export function chooseCopy(
  observation: Observation,
  state: SystemState,
  intent: Pick<CreateIntent, 'source' | 'name'>,
): Choice | Problem {
  const standard = standardEnvironment(state)?.name;
  const target = intent.source ?? (standard === undefined ? undefined : { name: standard, snapshot: undefined });
  if (target === undefined) return { code: 'no-environments' };
  const source = findSource(observation, state, target);
  if (isProblem(source)) return source;
  const name = intent.name ?? nextName(target.name, state);
  return findNamesake(state, name) ?? { target, source, name, directory: freeDirectory(name, observation) };
}

/** The refusal of a name that a boot environment has, or that could be taken for one that it has. */
export function findNamesake({ environments }: SystemState, name: BeName): Problem | undefined {
  const taken = environments.find((one) => beNameKey(one.name) === beNameKey(name));
  return taken === undefined ? undefined : { code: 'name-taken', name, path: taken.subvolume.path };
}

/** Steps that end what `begin-directory` began. */
export function finish(path: string): readonly Step[] {
  return [{ kind: 'finish-directory', path, reason: 'the copy is complete' }, commit];
}

/** What will be observed when a copy has its mark. */
export function addRoot(observation: Observation, clone: Clone, mark: Mark): Observation {
  const { subvolumes, roots, depot } = clone.observation;
  const marks = new Map(observation.roots.map((root) => [root.subvolume.id, root.mark]));
  return {
    ...observation,
    subvolumes,
    attributes: [...observation.attributes, ...clone.attributes],
    depot,
    roots: roots.map((root) =>
      root === clone.root ? { ...root, mark: printMark(mark) } : { ...root, mark: marks.get(root.subvolume.id) },
    ),
  };
}

/**
 * `NAME-2`, `NAME-3` …; a source whose own name was made so counts on: a copy of `fedora-2` is `fedora-3` where there is a
 * `fedora`.
 */
function nextName(source: string, { environments }: SystemState): BeName {
  const names = environments.map(({ name }) => name);
  const stem = /^(.*)-[0-9]+$/.exec(source)?.[1];
  const base = names.find((name) => name === stem) ?? names.find((name) => name === source);
  return freeBeName(base ?? (source as BeName), names);
}

/**
 * A running root that nobody adopted would be no boot environment any more as soon as another one runs, and the default
 * would follow whatever runs: both are recorded before there is a second one.
 */
export function keepOthers(
  state: SystemState,
  observation: Observation,
  now: number,
): { readonly steps: readonly Step[]; readonly observation: Observation } {
  const unmarked = state.environments.filter(({ marked }) => !marked);
  const marks = new Map(unmarked.map((one) => [one.subvolume.id, markFor(one, now)]));
  const active = state.environments.find((one) => one.active);
  const record = active !== undefined && active.subvolume.uuid !== observation.active;
  const steps: Step[] = unmarked.map((one) => {
    const reason = 'it must stay a boot environment when another one is running';
    return { kind: 'set-mark', path: one.subvolume.path, mark: markFor(one, now), reason };
  });
  if (record) {
    steps.push({
      kind: 'set-active',
      uuid: active.subvolume.uuid,
      reason: 'it must stay the default when another one is running',
    });
  }
  const roots = observation.roots.map((root) => {
    const mark = marks.get(root.subvolume.id);
    return mark === undefined ? root : { ...root, mark: printMark(mark) };
  });
  return { steps, observation: { ...observation, roots, active: active?.subvolume.uuid } };
}

function markFor({ name, subvolume, created }: BootEnvironment, now: number): Mark {
  return { version: 1, name, uuid: subvolume.uuid, created: created > 0 ? created : now };
}
