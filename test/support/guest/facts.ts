import * as assert from 'uvu/assert';
import type { Disk } from '../disk/make.ts';
import { type Job, type JobResult, runInGuest, runInUserMode } from './job.ts';
import { runNatively } from './native.ts';
import { bootsAsListed, reportOf, type Start, whatBoots } from './start.ts';

/** The value of a fact that a job reported, by its name. Throws for a fact that the job did not report. */
export type Facts = (name: string) => string;

/**
 * Shell functions for a job. `fact NAME` prints its input for {@link parseFacts}; `said NAME COMMAND…` prints the
 * output of a command and its exit status. All values are in base64, so that no output can be confused with a fact.
 */
const factFunctions = `
fact() { printf '\\nFACT %s %s\\n' "$1" "$(base64 -w0)"; }
said() { name=$1; shift; { status=0; "$@" 2>&1 || status=$?; echo "status $status"; } | fact "$name"; }
`;

/**
 * Returns the facts in a job's output by their names, without surrounding spaces and line breaks. Throws for other
 * names.
 */
function parseFacts(output: string): Facts {
  const facts = new Map(
    [...output.matchAll(/^FACT (\S+) (\S*)$/gm)].map(([, name = '', value = '']) => [
      name,
      Buffer.from(value, 'base64').toString('utf8').trim(),
    ]),
  );
  return (name) => {
    const fact = facts.get(name);
    if (fact === undefined) throw new Error(`the job told nothing of “${name}”; it said:\n${output}`);
    return fact;
  };
}

/** Checks the exit status of a job and its output beside its facts, and returns the facts. */
function factsOf({ output, exitCode }: Pick<JobResult, 'output' | 'exitCode'>): Facts {
  const words = output.replace(/^FACT .*\n/gm, '');
  assert.is(exitCode, 0, words);
  assert.not.match(words, /be-hook: |scriptlet failed|^error: /m);
  return parseFacts(output);
}

/** The report of a job that ran natively in the environment that GRUB started. */
export interface NativeFacts {
  readonly start: Start;
  readonly facts: Facts;
}

/**
 * Runs a job, which may use {@link factFunctions}, natively in the environment that GRUB boots or that `chosen` starts.
 * Afterwards GRUB boots the default that be-hook lists.
 */
export async function nativeFacts(disk: Disk, script: string, chosen?: Start): Promise<NativeFacts> {
  const start = chosen ?? (await whatBoots(disk));
  const facts = await factsIn(disk, start, script);
  await bootsAsListed(disk);
  return { start, facts };
}

/** Runs a job, which may use {@link factFunctions}, natively in the environment of a start. */
export async function factsIn(
  disk: Disk,
  start: Pick<Start, 'firmware' | 'rootFlags'>,
  script: string,
): Promise<Facts> {
  return factsOf(await runNatively(disk, start, { script: factFunctions + script }));
}

/** The report of a job in a guest, and how the guest booted. */
export interface GuestFacts extends JobResult {
  readonly facts: Facts;
}

const failedUnits = '\nsystemctl --failed --plain --no-legend | fact failed\n';

/**
 * Boots the disk with its firmware and GRUB until systemd has started, without a failed unit, and runs a job there, which
 * may use {@link factFunctions}.
 */
export async function guestFacts(disk: Disk, job: Job): Promise<GuestFacts> {
  return systemFacts(await runInGuest(disk.image, withFacts(job), { snapshot: false, timeoutSeconds: 900 }));
}

/**
 * The same in a quarter of the time, in three parts: GRUB's own code chooses what boots, unless `chosen` does. A machine
 * with that kernel and initramfs mounts the root. Then systemd starts in this root in User Mode Linux. The report is that
 * of the machine.
 */
export async function bootedFacts(disk: Disk, job: Job, chosen?: Start): Promise<GuestFacts> {
  const start = chosen ?? (await whatBoots(disk));
  const report = await reportOf(disk, start);
  const result = systemFacts(await runInUserMode(disk, start, withFacts(job)));
  assert.equal([result.report?.id, result.report?.subvolume], [report.id, report.subvolume]);
  return { ...result, report };
}

function withFacts({ script, ...job }: Job): Job {
  return { ...job, script: factFunctions + script + failedUnits };
}

function systemFacts(result: JobResult): GuestFacts {
  const facts = factsOf(result);
  assert.is(facts('failed'), '', 'no unit failed');
  return { ...result, facts };
}
