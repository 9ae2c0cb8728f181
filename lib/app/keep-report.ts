import { printUpgradeReport } from '../formats/upgrade-report.ts';
import { BeHookError } from '../model/problem.ts';
import type { JobStage, UpgradeReport } from '../model/upgrade.ts';
import type { Judged } from '../plan/job.ts';
import { remakeEvidence, writeEvidence } from '../system/evidence.ts';
import type { ActOptions } from './act.ts';
import { inSession } from './in-session.ts';
import type { Job } from './job.ts';

/**
 * Records in the copy the result of a job and the stage that it reached. On a full disk only the mark records the
 * failure.
 */
export async function keepReport(options: ActOptions, job: Job, judged: Judged, stage: JobStage): Promise<void> {
  const ended = Math.floor(Date.now() / 1000);
  const { findings, packages } = judged;
  const report: UpgradeReport = {
    ...job.report,
    ended,
    stage,
    findings,
    ...(packages === undefined ? {} : { packages }),
  };
  await inSession(options, 'write', (session) => {
    try {
      if (job.log.findTampering(session) !== undefined) {
        remakeEvidence(session, job.root);
        writeEvidence(session, job.root, 'log', job.log.read());
      }
      writeEvidence(session, job.root, 'report', printUpgradeReport(report));
    } catch (error) {
      if (!(error instanceof BeHookError)) throw error;
    }
  });
}
