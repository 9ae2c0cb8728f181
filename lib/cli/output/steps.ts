import { describeStep } from '../../apply/describe.ts';
import type { Step } from '../../model/step.ts';

/** The sentences of steps. Every plan takes the lock, so only `--verbose` shows that step. */
export function stepSentences(steps: readonly Step[], flags: ReadonlySet<string>): readonly string[] {
  return steps.filter(({ kind }) => kind !== 'take-lock' || flags.has('verbose')).map(describeStep);
}
