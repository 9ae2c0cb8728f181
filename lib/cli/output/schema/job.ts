import * as v from 'valibot';
import { findingSchema } from '../../../formats/finding.ts';
import { jobStages } from '../../../formats/upgrade-report.ts';
import type { JobStageName } from '../../../model/stage.ts';
import { absolutePath, bytes, command, environmentState, sentence, time, version } from './common.ts';
import { packageChanges } from './packages.ts';
import type { Published } from './published.ts';
import { step } from './step.ts';

/** A finding about a job. */
export const finding = findingSchema({});

/** A finding with its meaning. */
export const judgedFinding = findingSchema({
  mistake: v.pipe(v.boolean(), v.description('Whether be-hook does not use the copy because of it.')),
  message: sentence,
});

const source = v.pipe(v.string(), v.description('The environment or snapshot that was copied.'));
const packages = v.pipe(v.nullable(packageChanges), v.description('Null if the packages cannot be compared.'));

/** The answer of `upgrade` and `run`. */
export const upgradeSchema = v.object({
  version,
  name: v.pipe(v.nullable(v.string()), v.description('The name of the copy. Null if there was nothing to do.')),
  source,
  findings: v.array(finding),
  packages,
  notes: v.array(sentence),
});

/** See `upgradeSchema`. */
export type UpgradeData = Published<typeof upgradeSchema>;

/** A stage of a job. */
export const jobStageName = v.picklist([
  'download',
  'copy',
  'packages',
  'judge',
  'post-upgrade',
  'publish',
] as const satisfies readonly JobStageName[]);

/** The answer of a dry run of `upgrade` and `run`. */
export const upgradePlanSchema = v.object({
  version,
  dryRun: v.literal(true),
  name: v.string(),
  source,
  steps: v.pipe(v.array(step), v.description('The steps that make the copy.')),
  command,
  stages: v.array(v.object({ stage: jobStageName, message: sentence })),
});

/** See `upgradePlanSchema`. */
export type UpgradePlanData = Published<typeof upgradePlanSchema>;

/** The answer of `diagnose`. */
export const diagnosisSchema = v.object({
  version,
  name: v.string(),
  state: environmentState,
  working: v.pipe(v.boolean(), v.description('Whether a process of the job still runs.')),
  source,
  command,
  began: time,
  ended: v.pipe(v.nullable(time), v.description('Seconds since 1970. Null if the job runs, or was interrupted.')),
  stage: v.pipe(v.picklist(jobStages), v.description('The last stage that the job reached.')),
  findings: v.array(judgedFinding),
  packages,
  free: v.pipe(bytes, v.description('Free bytes of the file system.')),
  log: v.object({ path: absolutePath, text: v.string() }),
});

/** See `diagnosisSchema`. */
export type DiagnosisData = Published<typeof diagnosisSchema>;
