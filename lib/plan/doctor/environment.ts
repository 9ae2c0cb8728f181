import type { BootEnvironment } from '../../model/environment.ts';
import type { HealthCheckName, HealthFinding } from '../../model/health.ts';
import type { RootFacts } from '../../model/observation.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import { findBadLines, isRequired } from '../can-boot.ts';
import { findInit } from '../find-init.ts';
import { readFstab } from '../interpret/file-text.ts';
import type { HealthFacts } from './facts.ts';
import { checkKernels } from './kernels.ts';
import { findingOf } from './of-problem.ts';

/** Findings about one environment. */
export function checkEnvironment(environment: BootEnvironment, facts: HealthFacts): readonly HealthFinding[] {
  const { name, blocker, problems, kernels, state } = environment;
  const root = facts.world.observation.roots.find(({ subvolume }) => subvolume.id === environment.subvolume.id);
  const known = blocker === undefined ? problems : [blocker, ...problems.filter((problem) => problem !== blocker)];
  const found = known.map((problem) => findingOf(problem, name, checkOf(problem, blocker)));
  const isExplained = found.some(({ check }) => explaining.includes(check));
  const none: Problem = { code: 'active-not-bootable', name };
  return [
    ...found,
    ...(kernels.length === 0 && !isExplained ? [findingOf(none, name)] : []),
    ...(state === undefined ? [] : [unfinished(environment)]),
    ...(root === undefined ? [] : checkRoot(environment, root, facts)),
    ...checkKernels(environment, facts),
  ];
}

/** Checks whose findings explain why an environment offers no kernel. */
const explaining: readonly HealthCheckName[] = ['kernels', 'layout', 'readable', 'writable', 'names'];

/** The check of a problem that only its place shows. A boot loader entry that stops no kernel is no reason not to boot. */
function checkOf(problem: Problem, blocker: Problem | undefined): HealthCheckName | undefined {
  if (isMinor(problem)) return 'configuration';
  const isEntry = problem.code === 'file-unreadable' && /\bloader\/entries\/[^/]+$/.test(problem.path);
  return isEntry && problem !== blocker ? 'kernel-options' : undefined;
}

/** Problems with files that only name the system. */
function isMinor(problem: Problem): boolean {
  return 'path' in problem && /(^|\/)os-release$/.test(problem.path);
}

function unfinished({ name, state }: BootEnvironment): HealthFinding {
  const what = state === 'failed' ? 'failed' : 'has not ended';
  const message = `the job that made “${name}” ${what}, so it is not in the menu`;
  return { check: 'upgrade-state', environment: name, message, remedy: `see: be-hook diagnose ${name}` };
}

function checkRoot(environment: BootEnvironment, root: RootFacts, facts: HealthFacts): readonly HealthFinding[] {
  const { name, kernels } = environment;
  const { observation } = facts.world;
  const evidence = facts.evidence.roots[root.subvolume.id];
  const finding = (check: HealthCheckName, message: string, remedy: string): HealthFinding => {
    return { check, environment: name, message, remedy };
  };
  const init = findInit(root, kernels[0]?.options ?? []);
  const toReach = `to reach the file: be-hook mount ${name}`;
  return [
    ...(init.kind === 'none'
      ? [finding('init', `“${name}” cannot start: ${init.why}`, `install an init system in it: be-hook exec ${name}`)]
      : []),
    ...(isProblem(readFstab(root)) ? [] : findBadLines(environment, root, observation)).map((why) =>
      finding('fstab', `“${name}” cannot start: ${why}`, `correct its etc/fstab; ${toReach}`),
    ),
    ...findMissingDevices(root, facts).map((line) =>
      finding('devices', `“${name}” cannot start: no device is ${line}`, `correct its etc/fstab; ${toReach}`),
    ),
    ...(evidence === undefined || isId(evidence.machineId)
      ? []
      : [finding('machine-id', `“${name}” has no machine id`, 'systemd makes one when the system starts')]),
    ...(evidence?.relabels === true
      ? [finding('labels', `SELinux relabels “${name}” at its next start`, 'wait for it: it takes some minutes')]
      : []),
  ];
}

/** A machine id (machine-id(5)). */
function isId(text: string | undefined): boolean {
  return /^[0-9a-f]{32}$/.test(text?.trim() ?? '');
}

/** The sources of required lines that no device has, with their lines. */
function findMissingDevices(root: RootFacts, { evidence }: HealthFacts): readonly string[] {
  const entries = readFstab(root);
  if (isProblem(entries)) return [];
  const { missingSources } = evidence.machine;
  return entries
    .filter((entry) => isRequired(entry) && missingSources.includes(entry.source))
    .map(({ source, line }) => `${source}, which line ${line} of its fstab mounts`);
}
