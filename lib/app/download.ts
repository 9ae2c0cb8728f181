import { accept } from '../model/accept.ts';
import { BeHookError } from '../model/problem.ts';
import type { Target } from '../model/snapshot-name.ts';
import type { PackageCommand, PackageManager } from '../model/upgrade.ts';
import {
  hasSucceeded,
  type PackageRun,
  packageQuestions,
  planPackageRun,
  readPackageFacts,
} from '../plan/package-manager.ts';
import { checkDatabase, planPackageCache } from '../plan/upgrade.ts';
import { type ActOptions, act } from './act.ts';
import { type JobCaller, type OutputListener, runScratch } from './job.ts';

/** The number of last lines of the package manager's output in the message. */
const reportedLines = 4;

/** The number of characters of output that be-hook keeps for the message. */
const rememberedLength = 4096;

interface Asked {
  readonly asked: PackageCommand;
  readonly configured: PackageManager | undefined;
}

/**
 * Chooses the package manager and downloads the packages into the package cache. Both run in the source, and leave
 * nothing behind in it. Throws `no-package-manager`, `package-database-shared` and `download-failed`.
 */
export async function download(
  options: ActOptions,
  source: Target,
  { asked, configured }: Asked,
  { onOutput, onProgress }: JobCaller,
): Promise<PackageRun> {
  let answer = '';
  const collect: OutputListener = (chunk) => {
    answer += chunk.toString();
  };
  await runScratch(options, { target: source, command: ['/bin/sh', '-c', packageQuestions] }, collect, false);
  const facts = readPackageFacts(answer);
  const { name } = source;
  const run = accept(planPackageRun(name, asked, configured, facts));
  await act({ ...options, recorded: undefined }, (world) => {
    return checkDatabase(world, source, facts) ?? planPackageCache(world);
  });
  onProgress(`downloading before the copy is made: ${run.download.join(' ')}`);
  let printed = '';
  const tee: OutputListener = (chunk) => {
    printed = (printed + chunk.toString()).slice(-rememberedLength);
    onOutput(chunk);
  };
  const status = await runScratch(options, { target: source, command: run.download }, tee, true);
  if (hasSucceeded(run.download, status)) return run;
  const lines = printed.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  throw new BeHookError({ code: 'download-failed', name, status, output: lines.slice(-reportedLines).join('; ') });
}
