import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import type { Observation } from '../../../lib/model/observation.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import type { Plan } from '../../../lib/model/step.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { applyInMemory } from '../apply-in-memory.ts';
import { type Blueprint, modelOf } from './blueprint.ts';
import { carryOut } from './carry-out.ts';
import { type Command, type Draft, type FactVerb, fillIn, isFact, printCommand, type Verb } from './command.ts';
import { happen, observe, planOf, seenInMemory, syncAndTidy } from './memory.ts';
import { observationOf } from './memory-start.ts';
import type { Model } from './model.ts';
import { refusalOf } from './predict.ts';
import { compare } from './seen.ts';

/** A command that was carried out, with its plan and the observations before and after it. */
export interface Carried {
  readonly before: Observation;
  readonly command: Command<Exclude<Verb, FactVerb>>;
  readonly plan: Plan;
  readonly after: Observation;
}

/**
 * Runs a sequence in memory and in the model, and compares both after every command. `check` receives the steps that
 * were carried out. The message of a failure contains the sequence up to then.
 */
export function runSequence(blueprint: Blueprint, drafts: readonly Draft[], check: (carried: Carried) => void): void {
  const log: string[] = [];
  try {
    runLogged(blueprint, drafts, check, log);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${log.join('\n')}\n${why}`, { cause: error });
  }
}

function runLogged(
  blueprint: Blueprint,
  drafts: readonly Draft[],
  check: (carried: Carried) => void,
  log: string[],
): void {
  const model = modelOf(blueprint);
  let disk = withSync(observationOf(blueprint));
  compare(seenInMemory(disk), model);
  let now = 1_800_000_000;
  for (const draft of drafts) {
    const command = fillIn(draft, model);
    if (command === undefined) continue;
    now += 60;
    log.push(printCommand(command));
    disk = isFact(command) ? meet(disk, command, model) : obey(disk, command, model, now, check);
    compare(seenInMemory(disk), model);
    assert.is(disk.subvolumes.length - 1, model.alive.size, 'there are as many subvolumes as the model has');
  }
}

/** A change that be-hook did not make. A hook or the next sync updates the menu. */
function meet(disk: Observation, fact: Command<FactVerb>, model: Model): Observation {
  if (refusalOf(model, fact) !== undefined) return disk;
  const after = withSync(happen(disk, fact));
  carryOut(model, fact, undefined);
  return after;
}

function obey(
  disk: Observation,
  command: Command<Exclude<Verb, FactVerb>>,
  model: Model,
  now: number,
  check: (carried: Carried) => void,
): Observation {
  const expected = refusalOf(model, command);
  const plan = planOf(disk, command, now);
  const refused = isProblem(plan) ? plan.code : undefined;
  if (refused !== expected) {
    throw new Error(`expected ${expected ?? 'success'}, but got ${refused ?? 'success'}: ${JSON.stringify(plan)}`);
  }
  if (isProblem(plan)) return disk;
  const after = applyInMemory(disk, plan.steps);
  carryOut(model, command, madeName(command, disk, after));
  learnPaths(model, after);
  check({ before: disk, command, plan, after });
  return after;
}

/** The name of an environment that a command made. */
function madeName(command: Command, disk: Observation, after: Observation): string | undefined {
  const before = namesByPath(disk);
  if (command.verb === 'adopt') return command.name ?? namesByPath(after).get(command.path);
  if (command.verb !== 'create') return undefined;
  return command.name ?? [...namesByPath(after)].find(([path]) => !before.has(path))?.[1];
}

function namesByPath(disk: Observation): ReadonlyMap<string, string> {
  return new Map(interpretState(observe(disk), grub).environments.map(({ name, subvolume }) => [subvolume.path, name]));
}

/** be-hook chooses the paths of new subvolumes, and the model adopts them. */
function learnPaths(model: Model, disk: Observation): void {
  for (const [path, name] of namesByPath(disk)) {
    const being = model.environments.find((candidate) => candidate.name === name);
    if (being !== undefined) being.root.path = path;
  }
}

/**
 * The disk after a sync, if a sync is possible. The new menu of the distribution's generator may change whether be-hook's
 * menu requires a password, and the next sync then updates it.
 */
export function withSync(disk: Observation): Observation {
  const plan = syncAndTidy(observe(disk));
  if (isProblem(plan) || plan.steps.length === 0) return disk;
  return withSync(applyInMemory(disk, plan.steps));
}
