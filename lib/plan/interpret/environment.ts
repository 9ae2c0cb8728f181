import { type ConfigReading, parseConfig } from '../../formats/config.ts';
import type { FstabEntry } from '../../formats/fstab.ts';
import { isBootPlace } from '../../formats/fstab-subvolume.ts';
import { parseOsRelease } from '../../formats/os-release.ts';
import type { BeName } from '../../model/be-name.ts';
import type { BootLayout } from '../../model/boot-layout.ts';
import { type Config, defaultConfig } from '../../model/config.ts';
import type { BootEnvironment } from '../../model/environment.ts';
import type { FirstBoot } from '../../model/first-boot.ts';
import type { Mark } from '../../model/mark.ts';
import type {
  BootDirectoryFacts,
  BootFile,
  FileText,
  Observation,
  RootFacts,
  Subvolume,
} from '../../model/observation.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import type { UpgradeState } from '../../model/upgrade-state.ts';
import { hasUnprintable, visible } from '../../model/visible.ts';
import type { Volume } from '../../model/volume.ts';
import type { Loader, LoaderView } from '../loader.ts';
import { interpretBoot } from './boot.ts';
import { readFstab } from './file-text.ts';
import { type InterpretedKernels, targetOf } from './kernels.ts';
import { interpretLayout } from './layout.ts';
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
export function interpretEnvironment(
  root: RootFacts,
  identity: Identity,
  observation: Observation,
  loader: Loader,
): BootEnvironment {
  const { subvolume } = root;
  const running = subvolume.id === observation.filesystem.runningSubvolume;
  const boot = interpretBoot(root, observation);
  const view = loader.readRoot(boot.root, observation);
  const { config, problems: settings } = readConfig(root.config);
  const fstab = readFstab(root);
  const layout = isProblem(fstab) ? unknownLayout : interpretLayout(root, fstab, { observation, view, loader });
  const kernels = boot.kernels(identity.name, view);
  const unserved = layout.kind === 'unknown' || loader.serves(layout) ? undefined : layout;
  const volumes = interpretVolumes(root, observation);
  const unfit = { unserved, frozen: findReadOnly(root, volumes) };
  const offered = unserved || unfit.frozen || isProblem(kernels) ? [] : kernels.kernels;
  const savedEntry = view.savedEntry(identity.name, offered);
  return {
    ...identity,
    subvolume,
    running,
    mountpoints: mountpointsOf(subvolume.id, observation),
    ...unrelated,
    volumes,
    mountsEfi: mountsEfi(fstab),
    layout,
    ...interpretOsRelease(root),
    kernels: offered,
    savedEntry: boot.ownSavedEntry(savedEntry),
    keptImages: boot.keptImages(offered, savedEntry),
    problems: [...settings, ...faultsOfMark(identity, running), ...findProblems(root, identity.name, unfit, kernels)],
    blocker: [...findHindrances(root, identity, running, view), fstab, kernels].find(isProblem),
    config,
    ...ofMenu(root, view, observation, config),
    readOnly: unfit.frozen !== undefined,
    ...filesOf(boot.root, observation),
  };
}

function mountpointsOf(id: number, { filesystem }: Observation): readonly string[] {
  return filesystem.mounts.filter(({ subvolume }) => subvolume === id).map(({ mountpoint }) => mountpoint);
}

/** What only a look at all environments shows (see interpretState). */
const unrelated = { next: false, origin: undefined, snapshots: [] } as const;

/** The subvolume of the root or of its /boot, if it is read-only. be-hook can then write no menu there. */
function findReadOnly({ readOnly, subvolume }: RootFacts, volumes: readonly Volume[]): Subvolume | undefined {
  if (readOnly) return subvolume;
  return volumes.find((volume) => isBootPlace(volume.mountpoint) && volume.readOnly)?.subvolume;
}

/** The files of a root, without any interpretation. */
function filesOf(
  root: RootFacts,
  { boot }: Observation,
): Pick<BootEnvironment, 'loaderFacts' | 'bootFiles' | 'bootEntries'> {
  const shared = [...(boot?.files ?? []), ...(boot?.kept ?? [])].filter(isReadable);
  return {
    loaderFacts: root.loaderFacts,
    bootFiles: [...listReadable(root), ...shared].map(targetOf),
    bootEntries: readableIn(root.boot).map((file) => ({ name: file.name, target: targetOf(file) })),
  };
}

/** A faulty mark of the running root does not block its kernels. They reach the menu whatever the mark says. */
function faultsOfMark({ markFault }: Identity, running: boolean): readonly Problem[] {
  return markFault !== undefined && running ? [markFault] : [];
}

/** The settings of be-hook come before those of the distribution's menu. */
function ofMenu(
  { hasBeHook, subvolume }: RootFacts,
  { menuDirectories, hasMenu, settings }: LoaderView,
  { filesystem }: Observation,
  { timeout }: Config,
): Pick<BootEnvironment, 'menuDirectories' | 'hasMenu' | 'maintained' | 'settings'> {
  const { runningSubvolume } = filesystem;
  const isOther = runningSubvolume !== undefined && runningSubvolume !== subvolume.id;
  return {
    menuDirectories,
    hasMenu,
    maintained: !isOther || hasMenu || hasBeHook,
    settings: { ...settings, timeout: timeout ?? settings.timeout, timeoutFixed: timeout !== undefined },
  };
}

/** Why it cannot boot, whatever its files say. */
function findHindrances(
  { subvolume, copiesAtBoot }: RootFacts,
  { name, firstBoot, markFault }: Identity,
  running: boolean,
  { blocker }: LoaderView,
): readonly Problem[] {
  const mountpoints = firstBoot?.copies.map(({ mountpoint }) => mountpoint) ?? [];
  return [
    // New kernels of the running system reach the menu whatever its mark says.
    ...(markFault === undefined || running ? [] : [markFault]),
    ...(hasUnprintable(subvolume.path) ? [{ code: 'subvolume-name', path: subvolume.path } as const] : []),
    ...(copiesAtBoot || mountpoints.length === 0
      ? []
      : [{ code: 'first-boot-impossible', name, mountpoints } as const]),
    ...(blocker === undefined ? [] : [blocker]),
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

/** Whether fstab mounts an EFI system partition. Distributions and systemd use these mount points. */
function mountsEfi(fstab: readonly FstabEntry[] | Problem): boolean {
  return !isProblem(fstab) && fstab.some(({ mountpoint }) => /^(\/boot)?\/efi\/*$/.test(mountpoint));
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
  { unserved, frozen }: { readonly unserved: BootLayout | undefined; readonly frozen: Subvolume | undefined },
  kernels: InterpretedKernels | Problem,
): readonly Problem[] {
  const problems: Problem[] = [];
  if (frozen !== undefined) problems.push({ code: 'subvolume-read-only', path: frozen.path });
  if (unserved !== undefined) return [...problems, { code: 'layout-unsupported', name, layout: unserved }];
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
  if (isProblem(kernels)) return problems;
  if (kernels.kernels.length === 0 && kernels.problems.length === 0) {
    problems.push({ code: 'no-kernels', name });
  }
  return [...problems, ...kernels.problems];
}

function interpretOsRelease({ osRelease }: RootFacts): { readonly title: string; readonly osId: string } {
  const parsed = osRelease.kind === 'text' ? parseOsRelease(osRelease.text) : undefined;
  return {
    title: visible(parsed?.prettyName ?? 'Linux').slice(0, 80),
    osId: /^[a-z0-9][a-z0-9._-]*$/.exec(parsed?.id ?? '')?.[0] ?? 'linux',
  };
}
