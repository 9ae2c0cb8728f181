import { accept } from '../model/accept.ts';
import { describeFinding } from '../model/finding-text.ts';
import { BeHookError } from '../model/problem.ts';
import { findMistake } from '../plan/judge.ts';
import { protectStore } from '../plan/protect-store.ts';
import { withLock } from '../plan/take-lock.ts';
import {
  checkUpgrade,
  configuredManager,
  foreseeDeletions,
  planUpgradeBegin,
  planUpgradeFailed,
} from '../plan/upgrade.ts';
import { lockUpgrades } from '../system/upgrade-lock.ts';
import { type ActOptions, act } from './act.ts';
import { acceptExplained } from './explain-shortage.ts';
import { inSession } from './in-session.ts';
import { inStages } from './in-stages.ts';
import type { Job, JobCaller } from './job.ts';
import { keepReport } from './keep-report.ts';
import { beforeCopy, observeWorld } from './observe-world.ts';
import { type JobIntent, type JobPreview, type JobResult, resultOf, type Stage, stages, type Work } from './stages.ts';

/**
 * Changes packages in a copy of a boot environment, never in the boot environment itself. It runs the stages in their
 * order. After a failure the source and the menu are as before, the copy stays as evidence, and it throws
 * `upgrade-failed`. One job at a time runs on a file system. be-hook refuses a second one.
 */
export async function upgrade(options: ActOptions, intent: JobIntent, caller: JobCaller): Promise<JobResult> {
  const lock = await inSession(options, 'read', lockUpgrades);
  try {
    const checked = await check(options, intent);
    const judged = { findings: [], packages: undefined };
    return await runStages({ options, intent, caller, ...checked, status: 1, judged, notes: [], discarded: false });
  } finally {
    await lock.close();
  }
}

/** Plans a job, with the facts that are known before be-hook changes anything. */
export async function previewJob(options: ActOptions, intent: JobIntent): Promise<JobPreview> {
  const { source, command } = await check(options, intent);
  const { plan, deletions } = await inSession(options, 'read', async (session) => {
    const world = await observeWorld(session, { ...beforeCopy, uses: 'always' });
    const begun = acceptExplained(planUpgradeBegin(world, { ...intent, source }, 0), world);
    const deletions = accept(foreseeDeletions(world, { ...intent, source }));
    return { plan: withLock(protectStore(begun, world.observation)), deletions };
  });
  const preview = { plan, command, intent, deletions };
  const applying = stages.filter(({ appliesTo }) => appliesTo.includes(intent.what.kind));
  return { ...preview, stages: applying.map(({ name, describe }) => ({ stage: name, message: describe(preview) })) };
}

type Checked = Pick<Work, 'source' | 'configured' | 'command'>;

/** Refuses a job that cannot succeed, before anything is changed. */
function check(options: ActOptions, intent: JobIntent): Promise<Checked> {
  const oneShot = intent.activation === 'once';
  return inSession(options, 'read', async (session) => {
    const world = await observeWorld(session, { ...beforeCopy, oneShot });
    const source = acceptExplained(checkUpgrade(world, intent), world);
    const configured = configuredManager(world, source);
    const { what } = intent;
    if (what.kind === 'run') return { source, configured, command: what.command };
    const manager = what.asked.manager ?? configured ?? 'its package manager';
    return { source, configured, command: [manager, ...what.asked.args] };
  });
}

/** Runs one stage after the other. When a stage fails, the copy, if there is one, stays as evidence. */
async function runStages(begun: Work): Promise<JobResult> {
  let work = begun;
  try {
    await inStages(begun.caller.onStage, async (begin) => {
      for (const stage of stages) {
        if (work.discarded || !stage.appliesTo.includes(work.intent.what.kind)) continue;
        begin(stage.name);
        work = await stage.run(work);
        await refuseMistake(work, stage);
      }
    });
    return resultOf(work);
  } catch (error) {
    // The first error is the one to report.
    if (work.job !== undefined) await keepAsEvidence(work.options, work.job).catch(() => undefined);
    throw error;
  } finally {
    work.job?.log.close();
  }
}

/** Where the job made a mistake, records its stage and throws `upgrade-failed`. */
async function refuseMistake(work: Work, { reached }: Stage): Promise<void> {
  const mistake = findMistake(work.judged.findings, work.intent.tolerateScriptlets);
  if (mistake === undefined || work.job === undefined) return;
  await keepReport(work.options, work.job, work.judged, reached);
  throw new BeHookError({ code: 'upgrade-failed', name: work.job.name, why: describeFinding(mistake) });
}

async function keepAsEvidence(options: ActOptions, { name }: Job): Promise<void> {
  await act(options, (world) => planUpgradeFailed(world, name));
}
