import { evidencePlace, type Finding } from '../model/upgrade.ts';
import { postUpgradeScript } from '../plan/job.ts';
import { planCheckpoint } from '../plan/upgrade.ts';
import { listPostUpgrade, readEvidence } from '../system/evidence.ts';
import { type ActOptions, act } from './act.ts';
import { inSession } from './in-session.ts';
import { type Job, type JobCaller, runInJob } from './job.ts';
import { beforeCopy } from './observe-world.ts';

/**
 * Runs the post-upgrade hooks, for instance the conversion of a database, on the copy's own volumes. If there are
 * hooks, a snapshot first keeps the copy as it was. The user can then return to three states. Returns what failed.
 * Where volumes are copied at the first boot, the hooks wait for it: see first-boot.
 */
export async function runPostUpgrade(
  options: ActOptions,
  job: Job,
  now: number,
  { onOutput, onProgress }: JobCaller,
): Promise<Finding | undefined> {
  const { name, root, waits } = job;
  // The volumes that the hooks may need do not exist yet.
  if (waits) return undefined;
  const hooks = await inSession(options, 'read', (session) => listPostUpgrade(session, root));
  if (hooks.length === 0) return undefined;
  await act({ ...options, recorded: undefined, observe: { ...beforeCopy, uses: 'unfinished-work' } }, (world) =>
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
