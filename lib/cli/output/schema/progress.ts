import * as v from 'valibot';
import type { StageState } from '../../../model/upgrade.ts';
import { sentence, version } from './common.ts';
import { stageName } from './job.ts';
import type { Published } from './published.ts';
import { stepKind } from './step.ts';

const ended = v.picklist(['done', 'failed'] as const satisfies readonly StageState[]);
const seconds = v.pipe(v.number(), v.description('Seconds since the stage began.'));

/** One line of progress: a stage begins, a stage ends, or a step begins. */
export const progressSchema = v.union([
  v.object({ version, stage: stageName, state: v.literal('begin') }),
  v.object({ version, stage: stageName, state: ended, seconds }),
  v.object({ version, step: stepKind, message: sentence }),
]);

/** See `progressSchema`. */
export type ProgressData = Published<typeof progressSchema>;
