import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import type { Observation } from '../../../lib/model/observation.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { applyInMemory } from '../apply-in-memory.ts';
import { checkLaws, checkMenusWhole } from './laws.ts';
import { observe, seenInMemory, syncAndTidy } from './memory.ts';
import { type Carried, withSync } from './run-in-memory.ts';
import { type Seen, sorted } from './seen.ts';

/**
 * A crash of one plan. After any part of its steps the menus are complete and the files that they boot exist. The next
 * sync leaves no unfinished work, and the state is then that before or that after the command.
 */
export function checkCrashes({ before, plan, after }: Carried): void {
  const outcomes = [before, after].map((disk) => sorted(seenInMemory(disk)));
  for (let length = 0; length <= plan.steps.length; length += 1) {
    const crashed = applyInMemory(before, plan.steps.slice(0, length));
    const step = plan.steps[length - 1];
    const where = `after step ${length} of ${plan.steps.length} (${step?.kind ?? 'none'})`;
    try {
      checkMenusWhole(crashed);
      const mended = mend(crashed);
      if (mended === undefined) continue;
      checkLaws(mended);
      checkOutcome(sorted(seenInMemory(mended)), outcomes);
      assert.equal(unexpected(mended, before, after), [], 'no subvolume is left over');
    } catch (error) {
      throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

/** The result of the next sync. Without a bootable environment the sync does nothing. */
function mend(crashed: Observation): Observation | undefined {
  return isProblem(syncAndTidy(observe(crashed))) ? undefined : withSync(crashed);
}

/** A crash between two marks of one command may leave only the first mark, so the environments are compared separately. */
function checkOutcome(seen: readonly Seen[], [before = [], after = []]: readonly (readonly Seen[])[]): void {
  const names = (all: readonly Seen[]): readonly string[] => all.map(({ name }) => name);
  const either = [names(before), names(after)].some(
    (candidate) => JSON.stringify(candidate) === JSON.stringify(names(seen)),
  );
  assert.ok(either, `there are ${names(seen).join(', ')}, and were ${names(before).join(', ')}`);
  for (const one of seen) {
    const was = before.find(({ name }) => name === one.name);
    const is = after.find(({ name }) => name === one.name);
    for (const key of ['contents', 'volumes', 'kernels', 'snapshots'] as const) {
      const allowed = [was?.[key], is?.[key]].map((value) => JSON.stringify(value));
      assert.ok(allowed.includes(JSON.stringify(one[key])), `${key} of “${one.name}”: ${JSON.stringify(one[key])}`);
    }
  }
}

/** Subvolumes that existed neither before nor afterwards, and are neither a snapshot nor an environment. */
function unexpected(mended: Observation, before: Observation, after: Observation): readonly string[] {
  const known = new Set([before, after].flatMap(({ subvolumes }) => subvolumes.map(({ path }) => path)));
  const state = interpretState(mended, grub);
  const directories = state.environments.map(({ subvolume }) => subvolume.path.replace(/\/root$/, ''));
  return mended.subvolumes
    .map(({ path }) => path)
    .filter((path) => !known.has(path) && !directories.some((candidate) => path.startsWith(`${candidate}/`)));
}
