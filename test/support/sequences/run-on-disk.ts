import * as assert from 'uvu/assert';
import { look, pendingSync } from '../../../lib/app/inspect.ts';
import type { SystemState } from '../../../lib/model/environment.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import type { World } from '../../../lib/plan/world.ts';
import { tool } from '../guest/tool.ts';
import type { LoopBtrfs } from '../loop-btrfs.ts';
import { type Blueprint, modelOf } from './blueprint.ts';
import { carryOut } from './carry-out.ts';
import { type Command, type Draft, fillIn, printCommand } from './command.ts';
import { type DiskVerb, runOnDisk, seenOnDisk } from './disk.ts';
import { build, clear } from './disk-files.ts';
import { checkLaws } from './laws.ts';
import type { Model } from './model.ts';
import { refusalOf } from './predict.ts';
import { compare } from './seen.ts';

/**
 * Runs a sequence on an empty file system and in the model, and compares both after every command. The file system is
 * empty again afterwards. `inspect` receives the final state. The message of a failure contains the sequence up to then.
 */
export async function runSequenceOnDisk(
  fs: LoopBtrfs,
  blueprint: Blueprint,
  drafts: readonly Draft[],
  inspect: (state: SystemState) => Promise<void>,
): Promise<void> {
  const log: string[] = [];
  try {
    await inspect(await runLogged(fs, blueprint, drafts, log));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${log.join('\n')}\n${why}`, { cause: error });
  } finally {
    await clear(fs);
  }
}

async function runLogged(
  fs: LoopBtrfs,
  blueprint: Blueprint,
  drafts: readonly Draft[],
  log: string[],
): Promise<SystemState> {
  await build(fs, blueprint);
  const model = modelOf(blueprint);
  await runOnDisk(fs, { verb: 'sync' }, 0);
  let state = await check(fs, model, await look({ filesystem: fs.top }));
  let now = 1_800_000_000;
  for (const draft of drafts) {
    const command = fillIn(draft, model);
    if (command === undefined || command.verb === 'reboot') continue;
    now += 60;
    log.push(printCommand(command));
    const expected = refusalOf(model, command);
    const refused = await runOnDisk(fs, command, now);
    if (refused !== expected) throw new Error(`expected ${expected ?? 'success'}, but got ${refused ?? 'success'}`);
    const world = await look({ filesystem: fs.top });
    if (refused === undefined) follow(command, model, state, world.state);
    state = await check(fs, model, world);
  }
  return state;
}

/** Applies the command to the model. New objects have the names and paths that are on the disk. */
function follow(command: Command<DiskVerb>, model: Model, before: SystemState, after: SystemState): void {
  const known = before.environments.map(({ subvolume }) => subvolume.id);
  const made = after.environments.find(({ subvolume }) => !known.includes(subvolume.id));
  const adopted = after.environments.find(
    ({ subvolume }) => command.verb === 'adopt' && subvolume.path === command.path,
  );
  carryOut(model, command, (adopted ?? made)?.name);
  for (const { name, subvolume } of after.environments) {
    const being = model.environments.find((candidate) => candidate.name === name);
    if (being !== undefined) being.root.path = subvolume.path;
  }
}

/** Model, disk, interpreted state and menus agree, and the laws hold. */
async function check(fs: LoopBtrfs, model: Model, world: World): Promise<SystemState> {
  const { observation, state } = world;
  compare(await seenOnDisk(fs, state), model);
  const pending = pendingSync(world);
  if (!isProblem(pending)) assert.is(pending, 0, 'sync has nothing to do');
  checkLaws(observation);
  const list = await tool('btrfs', ['subvolume', 'list', fs.top]);
  assert.is(list.split('\n').length, model.alive.size, `there are as many subvolumes as the model has:\n${list}`);
  return state;
}
