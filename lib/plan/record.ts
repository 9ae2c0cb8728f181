import type { Plan } from '../model/step.ts';
import { historyPath } from '../model/store.ts';

/** The user who requested a command, the command, and the time. */
export interface Recorded {
  /** Seconds since 1970. */
  readonly time: number;
  readonly user: string;
  readonly command: readonly string[];
  /** The environment that the command names, if it names one. */
  readonly name?: string | undefined;
}

/** The plan with a last step that adds a line to the history, unless the plan does nothing. */
export function record(plan: Plan, recorded: Recorded): Plan {
  if (plan.steps.length === 0) return plan;
  const { time, user, command } = recorded;
  const line = JSON.stringify({ time, user, command });
  const reason = 'the history records the command';
  const part = { of: 'history' } as const;
  return { ...plan, steps: [...plan.steps, { kind: 'append-history', path: historyPath, line, reason, part }] };
}
