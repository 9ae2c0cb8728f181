import { printUpgradeReport } from '../formats/upgrade-report.ts';
import { BeHookError } from '../model/problem.ts';
import type { UpgradeReport } from '../model/upgrade.ts';
import { remakeEvidence, writeEvidence } from '../system/evidence.ts';
import type { ActOptions } from './act.ts';
import { inSession } from './in-session.ts';
import type { Job } from './job.ts';

/** Writes down what came of it. On a full disk the mark alone has to tell. */
export async function keepReport(options: ActOptions, job: Job, report: UpgradeReport): Promise<void> {
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
