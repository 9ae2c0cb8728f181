import type { Drift, DriftFacts } from '../model/drift.ts';
import { isStale } from '../model/drift.ts';
import type { BootEnvironment } from '../model/environment.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { etcBefore } from '../model/upgrade.ts';
import { besideOf, carryOver } from './carry-over.ts';
import { decideEtc, type EtcDecision } from './etc-drift.ts';
import { commit } from './ordering.ts';
import type { World } from './world.ts';

/** A copy and its source, the boot environment that continues to change. */
export interface DriftingPair {
  readonly source: BootEnvironment;
  readonly copy: BootEnvironment;
}

/** How to activate a copy whose source changed after the copy was made. */
export interface DriftIntent {
  /** Whether to boot it although packages changed. */
  readonly stale: boolean;
  /** Whether to carry changes of /etc over into it. */
  readonly carryOver: boolean;
}

/** A plan, and the drift that it treats; undefined if there is no drift to examine. */
export interface DriftPlan extends Plan {
  readonly drift: Drift | undefined;
}

/**
 * The copy of this name (undefined: the one that boots next) and its source, if the source is running. If no
 * environment runs, the source must be the one that would boot without the copy. Undefined for all other copies,
 * because no source of theirs changes.
 */
export function findDrifting({ state }: World, name: string | undefined): DriftingPair | undefined {
  const { environments, runs } = state;
  const next = environments.find((environment) => environment.next) ?? environments.find(({ active }) => active);
  const copy = name === undefined ? next : environments.find((environment) => environment.name === name);
  const source = environments.find(({ subvolume }) => subvolume.uuid === copy?.subvolume.parentUuid);
  if (copy === undefined || source === undefined) return undefined;
  const isCurrent = runs ? source.running : source.active || copy.active;
  return isCurrent ? { source, copy } : undefined;
}

/** Derives the drift from these facts. */
export function interpretDrift({ source, copy }: DriftingPair, facts: DriftFacts, world: World): Drift {
  const etc = decide(facts, copy, world).map(({ path, change, outcome }) => ({ path, change, outcome }));
  return { source: source.name, copy: copy.name, packages: facts.packages, etc, usr: facts.usr };
}

/**
 * Plans the activation of a copy whose source changed. If packages changed, it refuses, unless the copy boots by
 * default already, or the user accepts a stale copy.
 */
export function planDrift(
  activation: Plan | Problem,
  pair: DriftingPair | undefined,
  facts: DriftFacts | undefined,
  world: World,
  { intent, name }: { readonly intent: DriftIntent; readonly name: string },
): DriftPlan | Problem {
  if (isProblem(activation)) return activation;
  if (pair === undefined || facts === undefined) {
    return intent.carryOver ? { code: 'base-unknown', name } : { ...activation, drift: undefined };
  }
  const drift = interpretDrift(pair, facts, world);
  const stale = isStale(drift) && !intent.stale ? [staleCopy(drift)] : [];
  if (stale.length > 0 && !pair.copy.active) return { steps: [], warnings: [], unresolved: stale, drift };
  const carried = intent.carryOver ? planCarryOver(pair, facts, world) : { steps: [], notes: [] };
  return {
    ...activation,
    steps: [...carried.steps, ...activation.steps],
    warnings: [...activation.warnings, ...stale],
    notes: [...(activation.notes ?? []), ...carried.notes],
    drift,
  };
}

function planCarryOver(
  { source, copy }: DriftingPair,
  facts: DriftFacts,
  world: World,
): { readonly steps: readonly Step[]; readonly notes: readonly string[] } {
  const decisions = decide(facts, copy, world);
  const within = ({ subvolume: { path } }: BootEnvironment, rest: string): string =>
    path === '' ? rest : `${path}/${rest}`;
  const places = {
    base: within(copy, etcBefore.slice(1)),
    source: within(source, 'etc'),
    copy: within(copy, 'etc'),
  };
  const steps = carryOver(decisions, places);
  return {
    steps: steps.length === 0 ? [] : [...steps, commit],
    notes: decisions.flatMap((candidate) => noteOf(candidate, copy.name)),
  };
}

/** Notes about files that the administrator has to check. */
function noteOf(decision: EtcDecision, name: string): readonly string[] {
  if (decision.outcome !== 'conflict') return [];
  const beside = besideOf(decision);
  const where = beside === undefined ? '' : `; the other version is /etc/${beside} in it`;
  return [`${decision.path} changed in both: “${name}” keeps its own version${where}.`];
}

function decide(facts: DriftFacts, copy: BootEnvironment, { observation, loader }: World): readonly EtcDecision[] {
  const root = observation.roots.find(({ subvolume }) => subvolume.id === copy.subvolume.id);
  return root === undefined ? [] : decideEtc(facts, root, loader);
}

function staleCopy({ copy, source, packages }: Drift): Problem {
  const lists = packages?.kind === 'known' ? [packages.added, packages.removed, packages.changed] : [];
  const count = lists.reduce((sum, list) => sum + list.length, 0);
  return { code: 'stale-copy', name: copy, source, count };
}
