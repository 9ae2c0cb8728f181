import { type ConfigReading, parseConfig } from '../../formats/config.ts';
import { scanDistributionMenu } from '../../formats/distribution-menu.ts';
import { type FstabEntry, parseFstab } from '../../formats/fstab.ts';
import { handsOver } from '../../formats/menu-traces.ts';
import { parseOsRelease } from '../../formats/os-release.ts';
import type { Assignments } from '../../formats/shell-assignments.ts';
import type { BeName } from '../../model/be-name.ts';
import { type BootLayout, isServed } from '../../model/boot-layout.ts';
import { defaultConfig } from '../../model/config.ts';
import type { BootEnvironment } from '../../model/environment.ts';
import type { FirstBoot } from '../../model/first-boot.ts';
import type { Mark } from '../../model/mark.ts';
import type { BootDirectoryFacts, BootFile, FileText, Observation, RootFacts } from '../../model/observation.ts';
import { BeHookError, type Problem } from '../../model/problem.ts';
import type { UpgradeState } from '../../model/upgrade-state.ts';
import { hasUnprintable, visible } from '../../model/visible.ts';
import { interpretCommandLines } from '../interpret/command-line.ts';
import { textOf } from './file-text.ts';
import { interpretGrubDefaults } from './grub-defaults.ts';
import { interpretKernels, targetOf } from './kernels.ts';
import { interpretLayout } from './layout.ts';
import { interpretMenuSettings } from './menu-settings.ts';
import { interpretSavedEntry } from './saved-entry.ts';
import { interpretVolumes } from './volumes.ts';

/** The identity of a root, before be-hook interprets its files. */
export interface Identity {
  readonly name: BeName;
  readonly marked: boolean;
  readonly markFault: Problem | undefined;
  readonly unknown: Pick<Mark, 'requires' | 'more'>;
  readonly created: number;
  readonly active: boolean;
  readonly id: string;
  readonly former: readonly string[];
  readonly description: string | undefined;
  readonly held: boolean;
  readonly automatic: boolean;
  readonly restorePoint: string | undefined;
  readonly state: UpgradeState | undefined;
  readonly firstBoot: FirstBoot | undefined;
}

const unknownLayout: BootLayout = { kind: 'unknown', found: 'cannot parse its fstab' };

/**
 * Interprets one root as a boot environment. Problems with parts that be-hook cannot interpret become its `blocker`.
 */
export function interpretEnvironment(root: RootFacts, identity: Identity, observation: Observation): BootEnvironment {
  const { filesystem } = observation;
  const { blockers, attempt } = collectBlockers();
  const { subvolume } = root;
  const running = subvolume.id === filesystem.runningSubvolume;
  blockers.push(...findHindrances(root, identity, running));
  const defaults = attempt((): Assignments => interpretGrubDefaults(root.grubDefaults), new Map());
  const { config, problems: settings } = readConfig(root.config);
  const fstab = attempt((): readonly FstabEntry[] | undefined => readFstab(root), undefined);
  const layout = fstab === undefined ? unknownLayout : interpretLayout(root, fstab, observation);
  const kernels = attempt(() => {
    const location = { filesystemUuid: filesystem.uuid, subvolume };
    return interpretKernels(root, identity.name, defaults, interpretCommandLines(root, defaults, location));
  }, undefined);
  const offered = isServed(layout) && !root.readOnly ? (kernels?.kernels ?? []) : [];
  return {
    ...identity,
    subvolume,
    running,
    mountpoints: filesystem.mounts.filter((mount) => mount.subvolume === subvolume.id).map((mount) => mount.mountpoint),
    next: false,
    origin: undefined,
    snapshots: [],
    volumes: interpretVolumes(root, observation),
    mountsEfi: mountsEfi(fstab),
    layout,
    ...interpretOsRelease(root),
    kernels: offered,
    savedEntry: interpretSavedEntry(root, identity.name, offered),
    problems: [...settings, ...faultsOfMark(identity, running), ...findProblems(root, identity.name, layout, kernels)],
    blocker: blockers[0],
    settings: interpretMenuSettings(defaults, config, isUnrestricted(root)),
    config,
    ...interpretMenuDirectory(root, observation),
    ...filesOf(root),
  };
}

/** The files of a root, without any interpretation. */
function filesOf(
  root: RootFacts,
): Pick<
  BootEnvironment,
  'readOnly' | 'menuDirectories' | 'bootFiles' | 'bootEntries' | 'generatorDirectory' | 'generatorScript'
> {
  return {
    readOnly: root.readOnly,
    menuDirectories: root.menuDirectories,
    bootFiles: listReadable(root).map(targetOf),
    bootEntries: readableIn(root.boot).map((file) => ({ name: file.name, target: targetOf(file) })),
    generatorDirectory: root.generatorDirectory,
    generatorScript: root.generatorScript.kind === 'text' ? root.generatorScript.text : undefined,
  };
}

/** A faulty mark of the running root does not block its kernels. They reach the menu whatever the mark says. */
function faultsOfMark({ markFault }: Identity, running: boolean): readonly Problem[] {
  return markFault !== undefined && running ? [markFault] : [];
}

/** One intact file of the menu is sufficient. The others may be damaged, and the next sync repairs them. */
function interpretMenuDirectory(
  { menuDirectories, generatorScript, hasBeHook, subvolume }: RootFacts,
  { filesystem }: Observation,
): Pick<BootEnvironment, 'hasMenu' | 'maintained'> {
  const inMenuDirectories = menuDirectories.some(({ menu, grubCfg }) => menu.kind !== 'missing' || handsOver(grubCfg));
  const hasMenu = inMenuDirectories || generatorScript.kind !== 'missing';
  const { runningSubvolume } = filesystem;
  const isOther = runningSubvolume !== undefined && runningSubvolume !== subvolume.id;
  return { hasMenu, maintained: !isOther || hasMenu || hasBeHook };
}

/** Why it cannot boot, whatever its files say. */
function findHindrances(
  { subvolume, copiesAtBoot }: RootFacts,
  { name, firstBoot, markFault }: Identity,
  running: boolean,
): readonly Problem[] {
  const mountpoints = firstBoot?.copies.map(({ mountpoint }) => mountpoint) ?? [];
  return [
    // New kernels of the running system reach the menu whatever its mark says.
    ...(markFault === undefined || running ? [] : [markFault]),
    ...(hasUnprintable(subvolume.path) ? [{ code: 'subvolume-name', path: subvolume.path } as const] : []),
    ...(copiesAtBoot || mountpoints.length === 0
      ? []
      : [{ code: 'first-boot-impossible', name, mountpoints } as const]),
  ];
}

/**
 * Reads the settings. A file that cannot be read is only a warning, because it must not keep kernels out of the menu.
 */
function readConfig(file: FileText): ConfigReading {
  if (file.kind !== 'unreadable') return parseConfig(file.kind === 'text' ? file.text : '', file.path);
  const { path, why } = file;
  const problem: Problem = {
    code: 'setting-ignored',
    path,
    line: undefined,
    why: `cannot read it (${why})`,
    used: 'the defaults',
  };
  return { config: { ...defaultConfig, retentionKnown: false }, problems: [problem] };
}

function readFstab(root: RootFacts): readonly FstabEntry[] {
  return parseFstab(textOf(root.fstab) ?? '', root.fstab.path);
}

/** Whether fstab mounts an EFI system partition. Distributions and systemd use these mount points. */
function mountsEfi(fstab: readonly FstabEntry[] | undefined): boolean {
  return fstab?.some(({ mountpoint }) => /^(\/boot)?\/efi\/*$/.test(mountpoint)) ?? false;
}

/** Runs readers that may throw a problem, and collects the problems. */
function collectBlockers(): { readonly blockers: Problem[]; readonly attempt: <T>(read: () => T, otherwise: T) => T } {
  const blockers: Problem[] = [];
  const attempt = <T>(read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof BeHookError)) throw error;
      blockers.push(error.problem);
      return otherwise;
    }
  };
  return { blockers, attempt };
}

function listReadable({ boot, moduleImages }: RootFacts): readonly BootFile[] {
  return [...readableIn(boot), ...moduleImages.filter(isReadable)];
}

function readableIn(boot: BootDirectoryFacts): readonly BootFile[] {
  return boot.kind === 'directory' ? boot.files.filter(isReadable) : [];
}

function isReadable({ fault }: BootFile): boolean {
  return fault === undefined;
}

function findProblems(
  root: RootFacts,
  name: BeName,
  layout: BootLayout,
  kernels: { readonly kernels: readonly unknown[]; readonly problems: readonly Problem[] } | undefined,
): readonly Problem[] {
  const problems: Problem[] = [];
  if (root.readOnly) problems.push({ code: 'subvolume-read-only', path: root.subvolume.path });
  if (!isServed(layout)) {
    return [...problems, { code: 'layout-unsupported', name, layout }];
  }
  const { osRelease } = root;
  if (osRelease.kind === 'unreadable')
    problems.push({ code: 'file-unreadable', path: osRelease.path, why: osRelease.why });
  if (osRelease.kind === 'text' && parseOsRelease(osRelease.text) === undefined) {
    const hint = 'correct the file, see os-release(5); until then the menu shows “Linux”';
    problems.push({
      code: 'file-malformed',
      path: osRelease.path,
      line: undefined,
      why: 'it has no name of a system',
      hint,
    });
  }
  if (kernels !== undefined && kernels.kernels.length === 0 && kernels.problems.length === 0) {
    problems.push({ code: 'no-kernels', name });
  }
  return [...problems, ...(kernels?.problems ?? [])];
}

function interpretOsRelease({ osRelease }: RootFacts): { readonly title: string; readonly osId: string } {
  const parsed = osRelease.kind === 'text' ? parseOsRelease(osRelease.text) : undefined;
  return {
    title: visible(parsed?.prettyName ?? 'Linux').slice(0, 80),
    osId: /^[a-z0-9][a-z0-9._-]*$/.exec(parsed?.id ?? '')?.[0] ?? 'linux',
  };
}

function isUnrestricted(root: RootFacts): boolean {
  const texts = root.menuDirectories.flatMap(({ grubCfg }) => (grubCfg.kind === 'text' ? [grubCfg.text] : []));
  return texts.every((text) => scanDistributionMenu(text).unrestricted);
}
