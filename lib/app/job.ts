import { apply } from '../apply/apply.ts';
import { comparePackages, installedFormat, parallelCapabilities, parseInstalled } from '../formats/rpm-packages.ts';
import { printUpgradeReport } from '../formats/upgrade-report.ts';
import type { BeName } from '../model/be-name.ts';
import type { BootEnvironment } from '../model/environment.ts';
import type { Observation } from '../model/observation.ts';
import { BeHookError } from '../model/problem.ts';
import { describeProblem } from '../model/problem-text.ts';
import {
  evidencePlace,
  type Finding,
  type InstalledPackage,
  type PackageChanges,
  type UpgradeReport,
} from '../model/upgrade.ts';
import { findJobFault } from '../plan/can-boot.ts';
import { decideFates } from '../plan/clone-volumes.ts';
import { askToExec, type ExecIntent, planExec } from '../plan/exec.ts';
import { judge } from '../plan/judge.ts';
import { protectDepot } from '../plan/protect-depot.ts';
import { understandState } from '../plan/understand/state.ts';
import { packageCache, planUpgradeBegin, type UpgradeIntent } from '../plan/upgrade.ts';
import { listHidden, makeEvidence, readEvidence, writeEvidence } from '../system/evidence.ts';
import { type Entered, type Entering, enterEnvironment } from '../system/exec.ts';
import { pathOf } from '../system/files.ts';
import { type JobLog, openJobLog } from '../system/job-log.ts';
import { observe } from '../system/observe.ts';
import { observeMounting } from '../system/observe-mounting.ts';
import { toolPath } from '../system/run.ts';
import type { Session } from '../system/session.ts';
import { sizeOfTree } from '../system/size-of-tree.ts';
import type { ActOptions } from './act.ts';
import { accept, inSession } from './in-session.ts';
import { observeWorld } from './observe-world.ts';
import { reviveCopy } from './revive-copy.ts';

/** A copy in which something is to be done. */
export interface Job {
  readonly name: BeName;
  readonly source: string;
  /** The root of the copy, from the top of the file system. */
  readonly root: string;
  /** The mark that it has while the job runs. */
  readonly mark: string | undefined;
  readonly report: UpgradeReport;
  readonly log: JobLog;
  readonly entered: Entered;
  /** Whether some of its volumes are copied only when it first boots. */
  readonly waits: boolean;
  /** What is copied, and what is not, in sentences. */
  readonly notes: readonly string[];
}

/** Who hears what a job prints, while it prints it. */
export type Listener = (chunk: Buffer) => void;

/** Who waits for a job. */
export interface JobCaller {
  /** Hears what programs print. */
  readonly listen: Listener;
  /** Is told in a sentence what begins. */
  readonly tell: (sentence: string) => void;
}

/**
 * What every job runs inside: it lists the packages before and after, and has those verified that changed, but for their
 * contents, which would be read as a whole.
 */
const script = `
dir=$1 format=$2 parallel=$3
shift 3
list() { rpm --query --all --queryformat "$format" 2>/dev/null | LC_ALL=C sort; }
before=$(list)
printf '%s\\n' "$before" >"$dir/packages-before"
"$@"
status=$?
# What the command made of it does not count.
printf '%s\\n' "$before" >"$dir/packages-before"
list >"$dir/packages-after"
rpm --query --whatprovides $parallel --queryformat "$format" >"$dir/packages-parallel" 2>/dev/null
LC_ALL=C comm -13 "$dir/packages-before" "$dir/packages-after" 2>/dev/null | while read -r name _ version release arch; do
  [ "$name" = gpg-pubkey ] || echo "$name-$version-$release.$arch"
done | xargs -r rpm --verify --nodeps --nofiledigest --noscripts >"$dir/verify" 2>/dev/null
exit $status
`;

/** Scriptlets have no systemd, no udev and no user to talk to: systemctl(1), SYSTEMD_OFFLINE. Programs are those of packages. */
const variables = {
  PATH: toolPath,
  LC_ALL: 'C.UTF-8',
  SYSTEMD_OFFLINE: '1',
  DISABLE_RESTART_ON_UPDATE: 'yes',
  TERM: 'dumb',
};

/** Runs a command in an environment so that nothing of what it does stays, and gives what it printed. */
export async function runScratch(
  options: ActOptions,
  intent: Pick<ExecIntent, 'target' | 'command'>,
  listen: Listener,
  withCache: boolean,
): Promise<number> {
  const entered = await inSession(options, 'write', async (session) =>
    enter(session, await observe(session), { ...intent, job: 'scratch' }, listen, withCache),
  );
  return await entered.run();
}

/** Makes the copy and mounts it for its job, under one lock: nobody takes it for one that was interrupted. */
export async function beginJob(
  options: ActOptions,
  intent: UpgradeIntent & { readonly source: NonNullable<UpgradeIntent['source']> },
  command: readonly string[],
  listen: Listener,
): Promise<Job> {
  return await inSession(options, 'write', async (session) => {
    const downloaded = sizeOfTree(pathOf(session.top, packageCache));
    const before = await observeWorld(session, { uses: 'always' });
    const begun = protectDepot(accept(planUpgradeBegin(before, intent, downloaded)), before.observation);
    const missing = await apply(session, begun, options.report);
    const { name, source } = begun;
    const observation = await observe(session);
    const { subvolume, firstBoot } = copyOf(observation, name);
    const { path, uuid } = subvolume;
    makeEvidence(session, path);
    const report = beginReport({ uuid, source, command, began: intent.now });
    writeEvidence(session, path, 'report', printUpgradeReport(report));
    const log = openJobLog(session, path);
    const target = { name, snapshot: undefined };
    const given = { target, command: recorded(command), job: 'change' } as const;
    const entered = await enter(session, observation, given, tee(log, listen), true);
    const waits = firstBoot !== undefined;
    const { mark } = observation.roots.find((root) => root.subvolume.path === path) ?? { mark: undefined };
    return {
      name,
      source,
      root: path,
      mark,
      report,
      log,
      entered,
      waits,
      notes: [...(begun.notes ?? []), ...missing.map((one) => `warning: ${describeProblem(one).message}`)],
    };
  });
}

/** A command, and what records the packages before and after it. */
function recorded(command: readonly string[]): readonly string[] {
  const capabilities = parallelCapabilities.join(' ');
  return ['/bin/sh', '-c', script, 'be-hook', evidencePlace, installedFormat, capabilities, ...command];
}

function beginReport(begun: Pick<UpgradeReport, 'uuid' | 'source' | 'command' | 'began'>): UpgradeReport {
  return { version: 1, ...begun, stage: 'packages', findings: [] };
}

/** Runs another command in the copy of a job, and adds what it prints to the same log. */
export async function runInJob(
  options: ActOptions,
  { name, log }: Job,
  command: readonly string[],
  listen: Listener,
): Promise<number> {
  const target = { name, snapshot: undefined };
  const entered = await inSession(options, 'write', async (session) =>
    enter(session, await observe(session), { target, command, job: 'change' }, tee(log, listen), false),
  );
  return await entered.run();
}

/** What came of a job, judged. */
export interface Judged {
  readonly findings: readonly Finding[];
  /** Undefined where there is no rpm. */
  readonly packages: PackageChanges | undefined;
}

/** Looks at everything that a job left. */
export async function judgeJob(options: ActOptions, job: Job, status: number): Promise<Judged> {
  return await inSession(options, 'write', async (session) => {
    const { observation, why } = await reviveCopy(session, job.root, job.mark);
    const { environments } = understandState(observation);
    const copy = copyOf(observation, job.name);
    const source = environments.find(({ name }) => name === job.source.split('@')[0]);
    const read = (name: Parameters<typeof readEvidence>[2]): string | undefined =>
      readEvidence(session, job.root, name);
    const [before, after] = [read('packages-before'), read('packages-after')].map(readPackages);
    const findings = judge({
      command: job.report.command,
      status,
      log: job.log.read(),
      before,
      after,
      parallel: readPackages(read('packages-parallel')) ?? [],
      tampering: why ?? job.log.findTampering(session),
      verify: read('verify') ?? '',
      hidden: findHidden(session, observation, job),
      copy,
      bootFault: findJobFault(copy, source, observation),
      source,
    });
    return { findings, packages: before && after ? comparePackages(before, after) : undefined };
  });
}

/** What a package brought to a place where the machine will see a volume instead; what the source has there is old. */
function findHidden(session: Session, observation: Observation, { root, source }: Job): readonly string[] {
  const facts = observation.roots.find(({ subvolume }) => subvolume.path === root);
  const old = understandState(observation).environments.find(({ name }) => name === source);
  if (facts === undefined) return [];
  const copy = understandState(observation).environments.find(({ subvolume }) => subvolume.path === root);
  const { shared } = decideFates(facts, copy?.volumes ?? [], observation);
  const mountpoints = shared.filter(({ nested }) => !nested).map(({ mountpoint }) => mountpoint);
  const known = new Set(old === undefined ? [] : listHidden(session, old.subvolume.path, mountpoints));
  return listHidden(session, root, mountpoints).filter((path) => !known.has(path));
}

function readPackages(text: string | undefined): readonly InstalledPackage[] | undefined {
  const found = text === undefined ? [] : parseInstalled(text);
  return found.length === 0 ? undefined : found;
}

async function enter(
  session: Session,
  observation: Observation,
  given: Pick<ExecIntent, 'target' | 'command' | 'job'>,
  onOutput: Listener,
  withCache: boolean,
): Promise<Entered> {
  const intent: ExecIntent = { ...given, shared: false };
  const request = accept(askToExec(observation, intent));
  const plan = accept(planExec(observation, intent, observeMounting(session, observation.subvolumes, request)));
  const packages = withCache ? observation.subvolumes.find(({ path }) => path === packageCache) : undefined;
  const entering: Entering = { variables, onOutput, ...(packages === undefined ? {} : { packages }) };
  return await enterEnvironment(session, plan, entering);
}

function copyOf(observation: Observation, name: BeName): BootEnvironment {
  const found = understandState(observation).environments.find((one) => one.name === name);
  if (found === undefined) throw new BeHookError({ code: 'no-such-environment', name, known: [] });
  return found;
}

function tee(log: JobLog, listen: Listener): Listener {
  return (chunk) => {
    log.write(chunk);
    listen(chunk);
  };
}
