import { evidencePlace, type Finding } from '../model/upgrade.ts';
import { postUpgradeScript } from '../plan/job.ts';
import { planCheckpoint } from '../plan/upgrade.ts';
import { listPostUpgrade, readEvidence } from '../system/evidence.ts';
import { type ActOptions, act } from './act.ts';
import { inSession } from './in-session.ts';
import { type Job, type JobCaller, runInJob } from './job.ts';

/**
 * Runs what belongs on the upgraded software, such as the conversion of a database, on the copy's own volumes. Where there
 * is any, a snapshot keeps what the copy was before: there are three states to go back to then. Answers what failed.
 * All of it waits for the first boot where volumes are copied then: see first-boot.
 */
export async function runPostUpgrade(
  options: ActOptions,
  job: Job,
  now: number,
  { onOutput, onProgress }: JobCaller,
): Promise<Finding | undefined> {
  const { name, root, waits } = job;
  // What it may have to work on is not there yet.
  if (waits) return undefined;
  const hooks = await inSession(options, 'read', (session) => listPostUpgrade(session, root));
  if (hooks.length === 0) return undefined;
  await act({ ...options, recorded: undefined, look: { uses: 'leftovers' } }, (world) =>
    planCheckpoint(world, name, now),
  );
  onProgress(`“${name}@upgraded” keeps the upgraded system; the post-upgrade hooks now change “${name}”`);
  const status = await runInJob(
    options,
    job,
    ['/bin/sh', '-c', postUpgradeScript, 'be-hook', evidencePlace, ...hooks],
    onOutput,
  );
  if (status === 0) return undefined;
  const failed = await inSession(options, 'read', (session) => readEvidence(session, root, 'failed-hook'));
  return { kind: 'hook', path: failed ?? hooks[0] ?? '', status };
}
