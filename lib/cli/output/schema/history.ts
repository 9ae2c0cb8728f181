import * as v from 'valibot';
import { command, time, version } from './common.ts';
import type { Published } from './published.ts';

/** The answer of `history`. */
export const historySchema = v.object({
  version,
  entries: v.pipe(v.array(v.object({ time, user: v.string(), command })), v.description('The oldest first.')),
});

/** See `historySchema`. */
export type HistoryData = Published<typeof historySchema>;
