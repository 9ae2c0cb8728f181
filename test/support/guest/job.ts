import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Disk } from '../disk/make.ts';
import type { BootOptions, BootResult } from './qemu.ts';
import { boot } from './qemu.ts';
import { type Start, startUserMode } from './start.ts';
import { tool } from './tool.ts';

/** A shell script for a booted full environment, and its files. */
export interface Job {
  /** The script. sh runs it as root in a directory that holds `files`; its standard input is empty. */
  readonly script: string;
  /** A directory on this machine whose contents the script finds in its working directory. */
  readonly files?: string;
  /** Shut the guest down with systemd. Otherwise the guest syncs its disks and powers off at once. */
  readonly orderly?: boolean;
}

/** The result of a job in a guest. */
export interface JobResult extends BootResult {
  /** The script's standard output and standard error. */
  readonly output: string;
  readonly exitCode: number;
}

/**
 * Boots an image whose default is a full environment, runs the job in it when it has reached multi-user, and powers it
 * off. The job is on its own disk, so it runs in whichever environment boots. Throws if the job did not end. With
 * `snapshot: false` later boots have its changes.
 */
export async function runInGuest(image: string, job: Job, options: BootOptions): Promise<JobResult> {
  return await withJobDisk(job, async (jobDisk) => {
    const start = (): Promise<BootResult> => boot(image, { ...options, jobDisk });
    const first = await start();
    // About one emulated machine in 35 resets in its first seconds without a message, before the job has begun.
    return first.port.includes('START ') || first.report !== undefined ? first : await start();
  });
}

/** The same in User Mode Linux, in the environment of a start. The report names the kernel of User Mode Linux. */
export async function runInUserMode(disk: Disk, start: Start, job: Job): Promise<JobResult> {
  return await withJobDisk(job, (jobDisk) => startUserMode(disk, start, { jobDisk }));
}

/** Makes the disk with a job for a guest. Returns the result of the guest with that of the job. */
async function withJobDisk(job: Job, start: (jobDisk: string) => Promise<BootResult>): Promise<JobResult> {
  const scratch = await mkdtemp(join(tmpdir(), 'be-hook-job-'));
  try {
    const nonce = randomUUID();
    const jobDisk = join(scratch, 'job.tar');
    await writeFile(join(scratch, 'job.sh'), job.script);
    await writeFile(join(scratch, 'nonce'), `${nonce}\n`);
    if (job.orderly) await writeFile(join(scratch, 'orderly'), '');
    const own = ['-C', scratch, 'job.sh', 'nonce', ...(job.orderly ? ['orderly'] : [])];
    const files = job.files === undefined ? [] : ['-C', job.files, '.'];
    await tool('tar', ['-cf', jobDisk, ...own, ...files]);
    const result = await start(jobDisk);
    return { ...result, ...between(result, nonce) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function between(result: BootResult, nonce: string): { output: string; exitCode: number } {
  const start = `START ${nonce}\n`;
  const end = new RegExp(`\\nEXIT ${nonce} (\\d+)\\n`).exec(result.port);
  const from = result.port.indexOf(start);
  if (from < 0 || end?.[1] === undefined) {
    throw new Error(`the job did not end; output of the guest:\n${result.serial.slice(-4000)}\n${result.port}`);
  }
  return { output: result.port.slice(from + start.length, end.index), exitCode: Number(end[1]) };
}
