import * as v from 'valibot';
import { type Health, type HealthCheckName, healthChecks, healthClasses } from '../../../model/health.ts';
import { sentence, version } from './common.ts';
import type { Published } from './published.ts';

const check = v.pipe(
  v.picklist(Object.keys(healthChecks) as HealthCheckName[]),
  v.description('The name of a check: see be-hook doctor --list.'),
);
const healthClass = v.pipe(
  v.picklist(healthClasses),
  v.description(
    'broken: it does not boot. degraded: it boots, but something is not as promised. note: nothing is wrong now.',
  ),
);

/** The answer of `doctor`. */
export const doctorSchema = v.object({
  version,
  health: v.pipe(
    v.picklist(['healthy', 'degraded', 'broken'] as const satisfies readonly Health[]),
    v.description('The worst class of the findings. Notes leave it healthy.'),
  ),
  examined: v.pipe(v.array(v.string()), v.description('The names of the environments that were examined.')),
  findings: v.array(
    v.object({
      check,
      class: healthClass,
      environment: v.pipe(v.nullable(v.string()), v.description('Null for a finding about the machine.')),
      message: sentence,
      remedy: v.pipe(v.string(), v.description('What to do next, for people.')),
    }),
  ),
});

/** See `doctorSchema`. */
export type DoctorData = Published<typeof doctorSchema>;

/** The answer of `doctor --list`. */
export const checksSchema = v.object({
  version,
  checks: v.array(
    v.object({
      check,
      class: healthClass,
      states: v.pipe(v.string(), v.description('What is true on a healthy machine, for people.')),
    }),
  ),
});

/** See `checksSchema`. */
export type ChecksData = Published<typeof checksSchema>;
