import { printPlace } from '../model/place.ts';
import { BeHookError, type Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import type { Session } from '../system/session.ts';
import { doSteps, type Report, takeTogether } from './do-steps.ts';
import { Parts } from './parts.ts';
import { discard, type Prepared } from './prepare.ts';

/**
 * Executes steps in their order. Returns the parts of the plan that failed. If a step that decides about success fails
 * before the new default is recorded, be-hook restores the replaced files, so that attribute and menus agree.
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
    if (steps.slice(done).some(isActivation)) restore(replaced, prepared);
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

function isActivation({ kind, part }: Step): boolean {
  return kind === 'set-active' && part === undefined;
}
