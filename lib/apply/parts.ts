import type { Part } from '../model/part.ts';
import { BeHookError, type Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import { errorCode } from '../system/error-code.ts';
import type { Session } from '../system/session.ts';
import { doSteps, partKey, type Report } from './do-steps.ts';
import { discard, type Prepared, prepare } from './prepare.ts';

/** The parts of a plan. When a step of a part fails, be-hook skips the rest of that part, and nothing else. */
export class Parts {
  readonly problems: Problem[] = [];
  readonly #session: Session;
  readonly #steps: readonly Step[];
  readonly #prepared = new Map<string, Prepared | undefined>();

  constructor(session: Session, steps: readonly Step[]) {
    this.#session = session;
    this.#steps = steps;
  }

  /**
   * Executes steps of a part. All files of a part are complete beside their places before the first one is replaced.
   */
  async run(steps: readonly Step[], part: Part, report: Report): Promise<void> {
    const key = JSON.stringify(part);
    if (this.#prepared.has(key) && this.#prepared.get(key) === undefined) return;
    try {
      const own = this.#steps.filter((step) => partKey(step) === key);
      const prepared = this.#prepared.get(key) ?? letGo(await prepare(this.#session, own));
      this.#prepared.set(key, prepared);
      await doSteps(this.#session, steps, prepared, report);
    } catch (error) {
      this.#giveUp(key, part, error);
    }
  }

  /** Removes the files that were not put in place. */
  discard(): void {
    for (const prepared of this.#prepared.values()) if (prepared !== undefined) discard(prepared);
  }

  #giveUp(key: string, part: Part, error: unknown): void {
    const prepared = this.#prepared.get(key);
    if (prepared !== undefined) discard(prepared);
    this.#prepared.set(key, undefined);
    if (error instanceof BeHookError) this.problems.push({ code: 'part-failed', part, cause: error.problem });
    else if (errorCode(error) === '') throw error;
    else this.problems.push({ code: 'part-failed', part, cause: { code: 'internal', text: String(error) } });
  }
}

/** be-hook never restores a file of a part, therefore replaced files free their space at once. */
function letGo(prepared: Prepared): Prepared {
  for (const file of prepared.keptFiles.values()) file.drop();
  prepared.keptFiles.clear();
  return prepared;
}
