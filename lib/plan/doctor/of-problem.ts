import type { BeName } from '../../model/be-name.ts';
import type { HealthCheckName, HealthFinding } from '../../model/health.ts';
import type { Problem, ProblemCode } from '../../model/problem.ts';
import { describeProblem } from '../../model/problem-text.ts';

/** The checks that find the problems which listings and plans report. All other problems are `other`. */
const checksOfProblems: Readonly<Partial<Record<ProblemCode, HealthCheckName>>> = {
  'active-not-bootable': 'kernels',
  'boot-volume-unfit': 'layout',
  'devices-missing': 'devices',
  'file-malformed': 'readable',
  'file-unreadable': 'readable',
  'first-boot-impossible': 'upgrade-state',
  'hand-over-missing': 'loads-menu',
  'default-foreign': 'loads-menu',
  'initrd-left-out': 'kernel-options',
  'kernel-fault': 'kernel-files',
  'layout-unsupported': 'layout',
  leftover: 'unfinished-work',
  'listing-ambiguous': 'names',
  'mark-fields': 'marks',
  'mark-malformed': 'readable',
  'mark-newer': 'readable',
  'mark-stale': 'marks',
  'menu-home-unknown': 'firmware-stub',
  'menu-left-alone': 'menu',
  'menu-trimmed': 'menu-complete',
  'name-taken': 'names',
  'no-kernels': 'kernels',
  'no-environments': 'kernels',
  'nothing-bootable': 'kernels',
  'option-mangled': 'kernel-options',
  'record-unreadable': 'readable',
  'saved-entry-foreign': 'distribution-default',
  'setting-ignored': 'configuration',
  'subvolume-name': 'names',
  'subvolume-read-only': 'writable',
  'subvolume-unsafe': 'safe',
  'variable-unknown': 'kernel-options',
};

/** A finding in the words of the problem. `check` is for a problem whose check depends on its place. */
export function findingOf(
  problem: Problem,
  environment: BeName | undefined,
  check: HealthCheckName = checksOfProblems[problem.code] ?? 'other',
): HealthFinding {
  const { message, hint } = describeProblem(problem);
  return { check, environment, message, remedy: hint };
}
