import { printPlace } from '../model/place.ts';
import { BeHookError, type Problem } from '../model/problem.ts';
import { isActivating, type Step } from '../model/step.ts';
import { restoreDefaultSubvolume } from '../system/btrfs.ts';
import type { Session } from '../system/session.ts';
import { doSteps, type Report, takeTogether } from './do-steps.ts';
import { Parts } from './parts.ts';
import { discard, type Prepared } from './prepare.ts';

/**
 * Executes steps in their order. Returns the parts of the plan that failed. If a step that decides about success fails
 * before the new default is recorded, be-hook restores the default subvolume and the replaced files, so that both,
 * the attribute and the menus agree.
 */
export async function putInPlace(
  session: Session,
  steps: readonly Step[],
  prepared: Prepared,
  report: Report,
): Promise<readonly Problem[]> {
  const parts = new Parts(session, steps);
  const replaced: string[] = [];
  let done = 0;
  try {
    while (done < steps.length) {
      const group = takeTogether(steps.slice(done));
      const part = group[0]?.part;
      if (part !== undefined) await parts.run(group, part, report);
      else {
        await doSteps(session, group, prepared, report);
        replaced.unshift(...group.flatMap((step) => (step.kind === 'write-file' ? [printPlace(step)] : [])));
      }
      done += group.length;
    }
  } catch (error) {
    if (steps.slice(done).some(isActivation)) {
      await restoreDefault(session, steps.slice(0, done));
      restore(replaced, prepared);
    }
    throw error;
  } finally {
    discard(prepared);
    parts.discard();
  }
  return parts.problems;
}

/** `replaced` are printed places. Leaves files that it cannot restore to the next run, because the first error is the one to report. */
function restore(replaced: readonly string[], { keptFiles }: Prepared): void {
  for (const place of replaced) {
    try {
      keptFiles.get(place)?.restore();
    } catch (error) {
      if (!(error instanceof BeHookError)) throw error;
    }
  }
}

/** Leaves a default subvolume that it cannot restore to the next run, like `restore`. */
async function restoreDefault({ top }: Session, done: readonly Step[]): Promise<void> {
  const moved = done.find((step) => step.kind === 'set-default-subvolume' && step.part === undefined);
  if (moved?.kind !== 'set-default-subvolume') return;
  try {
    await restoreDefaultSubvolume(top, moved.from);
  } catch (error) {
    if (!(error instanceof BeHookError)) throw error;
  }
}

function isActivation(step: Step): boolean {
  return step.part === undefined && isActivating(step);
}
