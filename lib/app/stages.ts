import type { PackageChanges } from '../model/package.ts';
import { BeHookError } from '../model/problem.ts';
import type { Target } from '../model/snapshot-name.ts';
import type { JobStageName } from '../model/stage.ts';
import type { Finding, JobStage, PackageCommand, PackageManager } from '../model/upgrade.ts';
import { planDestroy } from '../plan/destroy.ts';
import { isNothing, type Judged } from '../plan/job.ts';
import { type BeginPlan, planUpgradeDone, type UpgradeIntent } from '../plan/upgrade.ts';
import { type ActOptions, act } from './act.ts';
import { download } from './download.ts';
import { beginJob, type Job, type JobCaller, judgeJob } from './job.ts';
import { keepReport } from './keep-report.ts';
import { runPostUpgrade } from './post-upgrade.ts';

/** What to do in a copy. */
export interface JobIntent extends UpgradeIntent {
  /** A given command, or a command of the package manager. */
  readonly what:
    | { readonly kind: 'run'; readonly command: readonly string[] }
    | { readonly kind: 'upgrade'; readonly asked: PackageCommand };
  /** Whether the copy is used although scriptlets failed. */
  readonly tolerateScriptlets: boolean;
}

/** The result of a job. */
export interface JobResult {
  /** Undefined where there was nothing to do. be-hook has then deleted the copy again. */
  readonly name: string | undefined;
  readonly source: string;
  readonly findings: readonly Finding[];
  readonly packages: PackageChanges | undefined;
  readonly notes: readonly string[];
}

/** The facts about a job before it changes anything. */
export interface JobPlan {
  readonly intent: JobIntent;
  /** Makes the copy. */
  readonly plan: BeginPlan;
  /** The command that runs in the copy, without the path and the options of a package manager. */
  readonly command: readonly string[];
  /** Sentences about the boot environments that the retention settings delete at the end. */
  readonly deletions: readonly string[];
}

/** The dry run of a job. */
export interface JobPreview extends JobPlan {
  /** What each stage would do, in order. */
  readonly stages: readonly { readonly stage: JobStageName; readonly message: string }[];
}

/** The facts about a running job. Each stage returns them together with its own results. */
export interface Work {
  readonly options: ActOptions;
  readonly intent: JobIntent;
  readonly caller: JobCaller;
  readonly source: Target;
  /** The package manager that the settings of the source name. */
  readonly configured: PackageManager | undefined;
  /** The command that runs in the copy. */
  readonly command: readonly string[];
  /** Undefined until the copy exists. */
  readonly job?: Job;
  /** The exit status of the command. Until the command has ended, it is the status of a failure. */
  readonly status: number;
  readonly judged: Judged;
  readonly notes: readonly string[];
  /** Whether be-hook deletes the copy again, because there was nothing to do. */
  readonly discarded: boolean;
}

/** One stage of a job. */
export interface Stage {
  readonly name: JobStageName;
  /** The kinds of jobs that have this stage. */
  readonly appliesTo: readonly JobIntent['what']['kind'][];
  /** The stage of failure in the report, where the result of this stage is a mistake. */
  readonly reached: JobStage;
  /** The work of the stage, for a dry run: an imperative phrase. */
  readonly describe: (plan: JobPlan) => string;
  /** Runs the stage and returns the facts with its results. Throws where the job cannot go on. */
  readonly run: (work: Work) => Promise<Work>;
}

const all = ['run', 'upgrade'] as const;

/** Downloads missing packages before be-hook makes anything that it would have to delete after a failure. */
const downloading: Stage = {
  name: 'download',
  appliesTo: ['upgrade'],
  reached: 'packages',
  describe: ({ plan, command }) => `download the packages that “${plan.source}” lacks for: ${command.join(' ')}`,
  run: async (work) => {
    const { options, intent, source, configured, caller } = work;
    if (intent.what.kind !== 'upgrade') return work;
    const { command } = await download(options, source, { ...intent.what, configured }, caller);
    return { ...work, command };
  },
};

const copying: Stage = {
  name: 'copy',
  appliesTo: all,
  reached: 'packages',
  describe: ({ plan }) => `copy “${plan.source}” as “${plan.name}”, without a menu entry`,
  run: async (work) => {
    const { options, intent, source, command, caller } = work;
    const job = await beginJob(options, { ...intent, source }, command, caller.onOutput);
    return { ...work, job, notes: job.notes };
  },
};

const changing: Stage = {
  name: 'packages',
  appliesTo: all,
  reached: 'packages',
  describe: ({ plan, command }) => `run in “${plan.name}”, isolated from the host: ${command.join(' ')}`,
  run: inCopy(async (job, work) => {
    work.caller.onProgress(`“${job.name}” is a copy of “${job.source}”; running in it: ${work.command.join(' ')}`);
    const status = await job.entered.run();
    await job.log.settle();
    return { ...work, status };
  }),
};

const judging: Stage = {
  name: 'judge',
  appliesTo: all,
  reached: 'packages',
  describe: ({ plan }) => `check the result; keep “${plan.name}” for be-hook diagnose if the job failed`,
  run: inCopy(async (job, work) => {
    const { options, intent, status } = work;
    const judged = await judgeJob(options, job, status);
    if (intent.what.kind !== 'upgrade' || !isNothing(judged)) return { ...work, judged };
    await discard(options, job);
    const notes = ['There was nothing to upgrade; be-hook deleted the copy.'];
    return { ...work, judged: { ...judged, packages: undefined }, notes, discarded: true };
  }),
};

const completing: Stage = {
  name: 'post-upgrade',
  appliesTo: all,
  reached: 'post-upgrade',
  describe: ({ plan }) =>
    plan.steps.some((step) => step.kind === 'set-mark' && step.mark.firstBoot !== undefined)
      ? `leave the post-upgrade hooks of “${plan.name}” to its first boot`
      : `run the post-upgrade hooks of “${plan.name}”, if it has any, after a snapshot`,
  run: inCopy(async (job, work) => {
    const { options, intent, caller, judged } = work;
    const failed = await runPostUpgrade(options, job, intent.now, caller);
    if (failed === undefined) return work;
    return { ...work, judged: { ...judged, findings: [...judged.findings, failed] } };
  }),
};

/** Makes the copy an ordinary boot environment. */
const publishing: Stage = {
  name: 'publish',
  appliesTo: all,
  reached: 'done',
  describe: ({ plan, intent, deletions }) =>
    [
      `let the boot menu offer “${plan.name}”${intent.activation === 'none' ? '' : ', and boot it next'}`,
      'add a line to the history',
      ...(intent.what.kind === 'upgrade' ? ['delete the downloaded packages'] : []),
      `delete what the keep settings do not keep${deletions.length === 0 ? '' : `: ${deletions.join(' ')}`}`,
    ].join('; '),
  run: inCopy(async (job, work) => {
    const { options, intent, judged, notes } = work;
    await keepReport(options, job, judged, 'done');
    const { activation, now } = intent;
    const look = { uses: 'always', oneShot: activation === 'once' } as const;
    const plan = await act({ ...options, observe: look }, (world) =>
      planUpgradeDone(world, { name: job.name, activation, now }),
    );
    return { ...work, notes: [...notes, ...(plan.notes ?? [])] };
  }),
};

/** The stages of every job, in their order. */
export const stages: readonly Stage[] = [downloading, copying, changing, judging, completing, publishing];

/** The result of a job after all its stages. */
export function resultOf({ job, source, judged, notes, discarded }: Work): JobResult {
  return { name: discarded ? undefined : job?.name, source: job?.source ?? source.name, ...judged, notes };
}

function inCopy(run: (job: Job, work: Work) => Promise<Work>): Stage['run'] {
  return async (work) => {
    if (work.job === undefined) throw new BeHookError({ code: 'internal', text: 'there is no copy yet' });
    return await run(work.job, work);
  };
}

async function discard(options: ActOptions, { name }: Job): Promise<void> {
  await act({ ...options, recorded: undefined, observe: { uses: 'always' } }, (world) =>
    planDestroy(world, { name, snapshot: undefined }),
  );
}
