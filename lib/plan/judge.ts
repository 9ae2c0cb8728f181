import {
  findFailedPlugins,
  findFailedScriptlets,
  findLeftConfiguration,
  hasSkipped,
  hasUnreachable,
} from '../formats/package-log.ts';
import { findDuplicates } from '../formats/rpm-packages.ts';
import type { BootEnvironment } from '../model/environment.ts';
import type { InstalledPackage } from '../model/package.ts';
import type { Problem } from '../model/problem.ts';
import { describeProblem } from '../model/problem-text.ts';
import { type Finding, isMistake } from '../model/upgrade.ts';

import { hasSucceeded } from './package-manager.ts';

/** The evidence that a job left in a copy. */
export interface JobFacts {
  readonly command: readonly string[];
  readonly status: number;
  /** The complete output of the job. */
  readonly log: string;
  /** Installed packages before and after; undefined if rpm did not answer. */
  readonly before: readonly InstalledPackage[] | undefined;
  readonly after: readonly InstalledPackage[] | undefined;
  /** Why be-hook cannot trust the evidence; undefined if it can. */
  readonly tampering: string | undefined;
  /** The output of `rpm --verify` for the changed packages. */
  readonly verify: string;
  /** New files in places that volumes will hide. */
  readonly hidden: readonly string[];
  /** The copy in its present state. */
  readonly copy: BootEnvironment;
  /** Why the copy would fail to start; undefined if it would start: see `findJobFault`. */
  readonly bootFault: Problem | undefined;
  /** The source of the copy. */
  readonly source: BootEnvironment | undefined;
}

/**
 * Judges a job. An exit status of 0 alone is no success: rpm reports neither a failed %post nor the damage of an
 * earlier transaction, and package managers do not know the needs of a boot loader.
 */
export function judge(facts: JobFacts): readonly Finding[] {
  const { status, log, before, after } = facts;
  const findings: readonly Finding[] = [
    ...(facts.tampering === undefined ? [] : [{ kind: 'evidence', why: facts.tampering } as const]),
    ...findFailedScriptlets(log),
    ...(hasSucceeded(facts.command, status) ? [] : [{ kind: 'command', status } as const]),
    ...judgeDatabase(before, after),
    ...judgeKernels(facts),
    ...facts.hidden.map((path) => ({ kind: 'hidden', path }) as const),
    ...findLeftConfiguration(log).map((path) => ({ kind: 'configuration', path }) as const),
    ...(hasUnreachable(log) ? [{ kind: 'repository' } as const] : []),
    ...(hasSkipped(log) ? [{ kind: 'skipped' } as const] : []),
    ...readVerify(facts.verify),
  ];
  return excuseDefault(findings, facts);
}

/**
 * set-boot-entry.install of Fedora 43 and later fails if /boot lies in the root, because it looks for the initramfs
 * below another path than 20-grub.install wrote. Its note of the new default stays. %posttrans of the kernel's package
 * and the package manager fail. be-hook does not count that as a mistake if nothing else failed, no other plugin of
 * kernel-install failed either, and the note names a complete kernel with its boot loader entry. be-hook then does the
 * rest of the work. If the plugin found an initramfs and calls it damaged, that is a mistake.
 */
function excuseDefault(findings: readonly Finding[], { copy, log }: JobFacts): readonly Finding[] {
  const { pending, release } = copy.savedEntry;
  const isPlugin = (name: string): boolean => /^\d+-set-boot-entry\.install$/.test(name);
  if (pending === undefined || release === undefined) return findings;
  const plugins = findFailedPlugins(log);
  if (plugins.length === 0 || !plugins.every(isPlugin)) return findings;
  const missed = `/initramfs-${release}.img not found`;
  if (!log.split('\n').some((line) => line.trimEnd().endsWith(missed))) return findings;
  const isExcused = (finding: Finding): finding is Extract<Finding, { kind: 'scriptlet' }> =>
    finding.kind === 'scriptlet' &&
    finding.scriptlet === '%posttrans' &&
    [`kernel-${release}`, `kernel-core-${release}`].includes(finding.package);
  const mistakes = findings.filter(({ kind }) => isMistake[kind]);
  const isOnly = mistakes.every(
    (finding) => isExcused(finding) || (finding.kind === 'command' && finding.status === 1),
  );
  if (!isOnly || !mistakes.some(isExcused)) return findings;
  return findings
    .filter(({ kind }) => kind !== 'command')
    .map((finding) => (isExcused(finding) ? { kind: 'default-unset', package: finding.package, release } : finding));
}

/**
 * The first finding because of which a copy must not be booted; undefined if there is no such finding. The user may
 * tolerate scriptlets that failed after the files of their package were in place. That includes the exit status that
 * rpm 4.20 and later returns because of them.
 */
export function findMistake(findings: readonly Finding[], tolerateScriptlets: boolean): Finding | undefined {
  const isLate = (finding: Finding): boolean =>
    finding.kind === 'scriptlet' && !/^%pre(in|trans)?$/.test(finding.scriptlet);
  const isTolerable = (finding: Finding): boolean =>
    isLate(finding) || (finding.kind === 'command' && findings.some(isLate));
  return findings.find((finding) => isMistake[finding.kind] && !(tolerateScriptlets && isTolerable(finding)));
}

function judgeDatabase(
  before: readonly InstalledPackage[] | undefined,
  after: readonly InstalledPackage[] | undefined,
): readonly Finding[] {
  if (before === undefined || before.length === 0) return [];
  if (after === undefined || after.length === 0) return [{ kind: 'database' }];
  return findDuplicates(before, after).map((candidate) => ({ kind: 'duplicate', ...candidate }) as const);
}

/** The job is not responsible for faults that the source had already. */
function judgeKernels({ copy, bootFault, source }: JobFacts): readonly Finding[] {
  if (bootFault !== undefined) {
    const why = copy.kernels.length === 0 && copy.blocker === undefined ? 'it has no complete kernel' : undefined;
    return [{ kind: 'unbootable', why: why ?? describeProblem(bootFault).message }];
  }
  const known = new Set((source?.problems ?? []).map(({ code }) => code));
  return copy.problems
    .filter(({ code }) => code === 'kernel-fault' && !known.has(code))
    .map((problem) => ({ kind: 'kernel', why: describeProblem(problem).message }) as const);
}

/** Changes of configuration files, documentation and ghost files are no findings (rpm(8), "VERIFY OPTIONS"). */
function readVerify(text: string): readonly Finding[] {
  return text
    .split('\n')
    .filter((line) => /^(missing|[.?SM5DLUGTP]{8,9}) +(?![cdglr] )/.test(line) && !/^\.{8,9} /.test(line))
    .map((line) => ({ kind: 'verify', line: line.trim() }));
}
