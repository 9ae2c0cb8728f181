import * as v from 'valibot';
import { problem, sentence, version } from './common.ts';
import { drift } from './drift.ts';
import type { Published } from './published.ts';
import { step } from './step.ts';

/** The answer of a command that changes something. */
export const planSchema = v.object({
  version,
  dryRun: v.boolean(),
  steps: v.array(step),
  warnings: v.pipe(v.array(problem), v.description('Problems that do not affect the exit status.')),
  unresolved: v.pipe(
    v.array(problem),
    v.description('Failures beside the steps. The first one gives the exit status.'),
  ),
  notes: v.array(sentence),
});

/** See `planSchema`. */
export type PlanData = Published<typeof planSchema>;

/** The answer of `activate`. */
export const activateSchema = v.object({ ...planSchema.entries, drift: v.exactOptional(drift) });

/** See `activateSchema`. */
export type ActivateData = Published<typeof activateSchema>;
