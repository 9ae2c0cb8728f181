import { judgeUpgradeReport } from '../formats/upgrade-report.ts';
import { accept } from '../model/accept.ts';
import type { BootEnvironment } from '../model/environment.ts';
import { BeHookError } from '../model/problem.ts';
import { evidencePlace, type UpgradeReport } from '../model/upgrade.ts';
import { findEnvironment } from '../plan/find-environment.ts';
import { usesOf } from '../plan/subvolume-set.ts';
import { hasEvidence, readEvidence } from '../system/evidence.ts';
import type { ActOptions } from './act.ts';
import { inSession } from './in-session.ts';
import { observeWorld } from './observe-world.ts';

/** Everything that is known about a job in a copy. */
export interface Diagnosis {
  readonly environment: BootEnvironment;
  readonly report: UpgradeReport;
  /** Whether a process of the job still runs. */
  readonly working: boolean;
  /** The whole output of the job's programs. */
  readonly log: string;
  /** Path of the log, from the top of the file system. */
  readonly logPath: string;
  /** Free space of the file system, in bytes. */
  readonly free: number;
}

/**
 * Collects the evidence in a copy about its job. Throws `no-report` if there was no job, `report-damaged` and
 * `report-newer`.
 */
export function diagnose(options: Pick<ActOptions, 'where' | 'lockSeconds'>, name: string): Promise<Diagnosis> {
  return inSession(options, 'read', async (session) => {
    const { observation, state } = await observeWorld(session, { uses: 'always' });
    const environment = accept(findEnvironment(state, name));
    const { path, uuid } = environment.subvolume;
    const text = readEvidence(session, path, 'report');
    // A mark that names an unfinished upgrade proves that there was a report.
    const expected = environment.state !== undefined || hasEvidence(session, path, 'report');
    const report = text === undefined ? (expected ? 'damaged' : 'other') : judgeUpgradeReport(text, uuid);
    if (report === 'other') throw new BeHookError({ code: 'no-report', name });
    if (report === 'damaged') throw new BeHookError({ code: 'report-damaged', name, path: path + evidencePlace });
    if ('unknown' in report)
      throw new BeHookError({ code: 'report-newer', name, path: path + evidencePlace, features: report.unknown });
    return {
      environment,
      report,
      working: environment.state === 'upgrading' && usesOf([environment.subvolume], observation)?.length !== 0,
      log: readEvidence(session, path, 'log') ?? '',
      logPath: `${path}${evidencePlace}/log`,
      free: observation.filesystem.free,
    };
  });
}
