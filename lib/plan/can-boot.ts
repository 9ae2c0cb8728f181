import type { FstabEntry } from '../formats/fstab.ts';
import { isNamed, isRootEntry, mayBeBtrfs } from '../formats/fstab-subvolume.ts';
import { readSubvolumeChoice, topLevelId } from '../formats/subvolume-options.ts';
import type { BootEnvironment } from '../model/environment.ts';
import type { FstabFacts, Observation, RootFacts } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { type FoundInit, findInit } from './find-init.ts';
import { readFstab } from './interpret/file-text.ts';
import type { World } from './world.ts';

/**
 * Why a boot environment would fail to start, according to its files; undefined if be-hook finds no fault. be-hook
 * checks that before it makes an environment boot, and for every copy in which a job has run.
 */
export function findBootFault(environment: BootEnvironment, observation: Observation): Problem | undefined {
  const { name, blocker, kernels, problems, subvolume } = environment;
  if (blocker !== undefined) return blocker;
  const cannot = (why: string, hint: string): Problem => ({ code: 'cannot-boot', name, why, hint });
  if (environment.readOnly) return { code: 'subvolume-read-only', path: subvolume.path };
  const [kernel] = kernels;
  if (kernel === undefined) {
    return problems.find(({ code }) => code === 'layout-unsupported') ?? { code: 'active-not-bootable', name };
  }
  const root = observation.roots.find((root) => root.subvolume.id === subvolume.id);
  if (root === undefined) return undefined;
  const init = findInit(root, kernel.options);
  if (init.kind === 'none') return cannot(init.why, `install an init system in it with: be-hook exec ${name}`);
  const [line] = findBadLines(environment, root, observation);
  if (line === undefined) return undefined;
  return cannot(line, `correct its etc/fstab; to reach the file: be-hook mount ${name}`);
}

/** The same for the boot environment of this name. */
export function findBootFaultOf(name: string, { state, observation }: World): Problem | undefined {
  const found = state.environments.find((environment) => environment.name === name);
  return found === undefined ? undefined : findBootFault(found, observation);
}

/**
 * The same for a copy in which a job has run. If be-hook cannot find the init program of the copy, although it can for
 * the source, the job has removed it.
 */
export function findJobFault(
  copy: BootEnvironment,
  source: BootEnvironment | undefined,
  observation: Observation,
): Problem | undefined {
  const fault = findBootFault(copy, observation);
  if (fault !== undefined || source === undefined) return fault;
  const initOf = ({ subvolume, kernels }: BootEnvironment): FoundInit['kind'] | undefined => {
    const root = observation.roots.find((root) => root.subvolume.id === subvolume.id);
    return root === undefined ? undefined : findInit(root, kernels[0]?.options ?? []).kind;
  };
  if (initOf(copy) !== 'unknown' || initOf(source) !== 'found') return undefined;
  const why = `it lacks the init that starts “${source.name}”`;
  return { code: 'cannot-boot', name: copy.name, why, hint: `see: be-hook diagnose ${copy.name}` };
}

/** What is wrong with the lines of an environment's fstab, so that the environment would not start. */
export function findBadLines(
  environment: BootEnvironment,
  root: RootFacts,
  observation: Observation,
): readonly string[] {
  const entries = readFstab(root);
  if (isProblem(entries)) return ['its fstab cannot be parsed'];
  return entries.flatMap((entry) => {
    const why = isRootEntry(entry)
      ? judgeRootLine(entry, environment, observation)
      : judgeLine(entry, environment, observation);
    return why === undefined ? [] : [`line ${entry.line} of its fstab ${why}`];
  });
}

/**
 * Whether a system does not start where this mount fails. A failed mount ends the boot in emergency mode, unless an option
 * permits the failure or skips the mount (systemd.mount(5), nofail).
 */
export function isRequired({ options }: FstabEntry): boolean {
  return !options.some((option) => ['noauto', 'nofail', 'x-systemd.automount'].includes(option));
}

/**
 * The initramfs mounts the root by the kernel command line. systemd then remounts it writable with the options in fstab
 * (systemd-remount-fs.service(8)). Without a correct line the root stays read-only, and programs that read the line get
 * a wrong answer.
 */
function judgeRootLine(entry: FstabEntry, environment: BootEnvironment, facts: FstabFacts): string | undefined {
  const { subvolume } = environment;
  const named = isNamed(entry, facts.filesystem);
  if (!named && isSure(entry)) return `mounts / from ${entry.source}, which is another file system`;
  if (!mayBeBtrfs(entry)) return named ? `mounts / as ${entry.type}, but it is btrfs` : undefined;
  const { path, id, refused } = readSubvolumeChoice(entry.options);
  if (refused !== undefined) return refuses(refused);
  if (path !== undefined && path !== subvolume.path)
    return `mounts / from the subvolume “${path}”, which is another one`;
  if (path === undefined && id !== undefined && id !== subvolume.id)
    return `mounts / from the subvolume with id ${id}, which is another one`;
  return undefined;
}

function judgeLine(entry: FstabEntry, { firstBoot }: BootEnvironment, facts: FstabFacts): string | undefined {
  if (!isRequired(entry)) return undefined;
  if (!mayBeBtrfs(entry) || !isNamed(entry, facts.filesystem)) return undefined;
  const { path, id, refused } = readSubvolumeChoice(entry.options);
  if (refused !== undefined) return refuses(refused);
  if (path === undefined) {
    const known = id === undefined || id === topLevelId || facts.subvolumes.some((subvolume) => subvolume.id === id);
    return known ? undefined : `mounts the subvolume with id ${id}, which does not exist`;
  }
  if (path === '') {
    return id === undefined || id === topLevelId
      ? undefined
      : `mounts the top level with the id ${id}, but its id is ${topLevelId}`;
  }
  if (firstBoot?.copies.some(({ to }) => to === path) === true) return undefined;
  if (facts.ambiguous.some((subvolume) => subvolume.path === path)) return undefined;
  const found = facts.subvolumes.find((subvolume) => subvolume.path === path);
  if (found === undefined) return `mounts the subvolume “${path}”, which does not exist`;
  if (id === undefined || id === found.id) return undefined;
  return `mounts the subvolume “${path}” with the id ${id}, but its id is ${found.id}`;
}

/** Whether the name of a file system means the same on every machine. Names of devices do not. */
function isSure({ source }: FstabEntry): boolean {
  return /^(UUID|LABEL)=|^\/dev\/disk\/by-(uuid|label)\//.test(source);
}

function refuses(option: string): string {
  return `has the option “${option}”, which mount(8) refuses`;
}
