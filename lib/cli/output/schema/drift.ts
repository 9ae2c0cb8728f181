import * as v from 'valibot';
import type { DriftOutcome, EtcDrift } from '../../../model/drift.ts';
import { absolutePath, version } from './common.ts';
import { packageChanges } from './packages.ts';
import type { Published } from './published.ts';

const change = v.picklist(['added', 'removed', 'changed'] as const satisfies readonly EtcDrift['change'][]);

const outcome = v.pipe(
  v.picklist(['take', 'merge', 'same', 'conflict', 'own'] as const satisfies readonly DriftOutcome[]),
  v.description('What activate --carry-over does. same, conflict and own: nothing.'),
);

/** What changed in an environment since another one was copied from it. */
export const drift = v.object({
  source: v.pipe(v.string(), v.description('The name of the environment that changed.')),
  copy: v.string(),
  packages: v.pipe(v.nullable(packageChanges), v.description('Null if the packages cannot be compared.')),
  etc: v.array(v.object({ path: absolutePath, change, outcome })),
  usr: v.pipe(v.array(absolutePath), v.description('Files below /usr that were written.')),
});

/** See `drift`. */
export type DriftData = Published<typeof drift>;

/** The answer of `drift`. */
export const driftSchema = v.object({
  version,
  drift: v.pipe(v.nullable(drift), v.description('Null if nothing is known.')),
});

/** See `driftSchema`. */
export type DriftAnswerData = Published<typeof driftSchema>;
