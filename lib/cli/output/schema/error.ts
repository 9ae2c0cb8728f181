import * as v from 'valibot';
import { problem, version } from './common.ts';
import type { Published } from './published.ts';

/** The answer of a command that failed or was refused. */
export const errorSchema = v.object({
  version,
  error: v.object({
    ...problem.entries,
    exitStatus: v.pipe(v.number(), v.integer(), v.description('The exit status of the command.')),
  }),
});

/** See `errorSchema`. */
export type ErrorData = Published<typeof errorSchema>;
