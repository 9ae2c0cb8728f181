import * as v from 'valibot';
import type { StageName, StageState } from '../../../model/stage.ts';
import { sentence, version } from './common.ts';
import { jobStageName } from './job.ts';
import type { Published } from './published.ts';
import { stepKind } from './step.ts';

const stageName = v.picklist([
  ...jobStageName.options,
  'send',
  'receive',
  'check',
] as const satisfies readonly StageName[]);
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
