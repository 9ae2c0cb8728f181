import type { CommandName } from '../../command.ts';
import { absolutePath, pathFromTop, problem, subvolume } from './common.ts';
import { diffSchema } from './diff.ts';
import { checksSchema, doctorSchema } from './doctor.ts';
import { drift, driftSchema } from './drift.ts';
import { errorSchema } from './error.ts';
import { execPlanSchema } from './exec.ts';
import { historySchema } from './history.ts';
import { diagnosisSchema, finding, judgedFinding, upgradePlanSchema, upgradeSchema } from './job.ts';
import { kernel, listSchema } from './list.ts';
import { cmdlineSchema, menuSchema } from './menu.ts';
import { packageChanges, packageMove, packageSchema } from './packages.ts';
import { activateSchema, planSchema } from './plan.ts';
import { progressSchema } from './progress.ts';
import type { Published } from './published.ts';
import { setupSchema } from './setup.ts';
import { statusSchema } from './status.ts';
import { step } from './step.ts';
import { mark, part, subvolumeMount } from './step-parts.ts';
import { volume, volumesSchema } from './volume.ts';

/** Everything that be-hook prints as JSON, by the name of its published schema. */
export const schemas = {
  activate: activateSchema,
  checks: checksSchema,
  cmdline: cmdlineSchema,
  diagnose: diagnosisSchema,
  diff: diffSchema,
  doctor: doctorSchema,
  drift: driftSchema,
  error: errorSchema,
  'exec-plan': execPlanSchema,
  history: historySchema,
  list: listSchema,
  menu: menuSchema,
  plan: planSchema,
  progress: progressSchema,
  setup: setupSchema,
  status: statusSchema,
  upgrade: upgradeSchema,
  'upgrade-plan': upgradePlanSchema,
  volumes: volumesSchema,
} as const;

/** The names of the published schemas. */
export type SchemaName = keyof typeof schemas;

/** A value that be-hook prints as JSON. */
export type Output = Published<(typeof schemas)[SchemaName]>;

/** The parts that several schemas have in common, by the names of their definitions. */
export const definitions = {
  absolutePath,
  drift,
  finding,
  judgedFinding,
  kernel,
  mark,
  package: packageSchema,
  packageChanges,
  packageMove,
  part,
  pathFromTop,
  problem,
  step,
  subvolume,
  subvolumeMount,
  volume,
} as const;

const plan = ['plan'] as const;
const job = ['upgrade', 'upgrade-plan'] as const;

/** The schemas of what each command prints with `--json`. Every command can print an error beside them. */
export const printedBy: Readonly<Record<CommandName, readonly SchemaName[]>> = {
  list: ['list'],
  create: plan,
  snapshot: plan,
  activate: ['activate'],
  destroy: plan,
  prune: plan,
  gc: plan,
  rename: plan,
  describe: plan,
  hold: plan,
  release: plan,
  rollback: plan,
  upgrade: job,
  run: job,
  diagnose: ['diagnose'],
  mount: plan,
  umount: plan,
  exec: ['exec-plan'],
  diff: ['diff'],
  drift: ['drift'],
  export: [],
  import: plan,
  cmdline: ['cmdline', 'plan'],
  volume: ['volumes', 'plan'],
  history: ['history'],
  check: [],
  doctor: ['doctor', 'checks'],
  sync: plan,
  menu: ['menu'],
  status: ['status'],
  setup: ['setup'],
  adopt: plan,
  forget: plan,
  uninstall: plan,
};
