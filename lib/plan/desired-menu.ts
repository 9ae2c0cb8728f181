import { namesSubvolume } from '../formats/kernel-command-line.ts';
import type { BootEnvironment, SystemState } from '../model/environment.ts';
import { isDebug, isRescue } from '../model/kernel.ts';
import { type Entry, type EntryKey, entriesOf, isSameEntry, type Menu, type MenuGroup } from '../model/menu.ts';
import { printPlace } from '../model/place.ts';
import type { Problem } from '../model/problem.ts';
import type { LoaderAbilities } from './loader.ts';
import { findUnserved } from './unserved.ts';

/** The menu that should exist, and warnings about it. */
export interface DesiredMenu {
  readonly menu: Menu;
  readonly warnings: readonly Problem[];
}

/**
 * A kernel that kernel-install is about to remove from the running system. The menu no longer offers it, although its
 * files still exist.
 */
export interface LeavingKernel {
  readonly release: string;
}

/**
 * Derives the menu that should exist: the active boot environment's kernels at the top, newest first, and the other
 * environments below, each behind one line where the boot loader can do that. An environment boots the kernel that its saved entry names, else its newest kernel without
 * debugging code. Environments that be-hook cannot interpret keep their entries in `current`. Returns a problem if the
 * menu would have no default that boots.
 */
export function desiredMenu(
  state: SystemState,
  current: () => Menu | undefined,
  leaving: LeavingKernel | undefined,
  { fold }: Pick<LoaderAbilities, 'fold'>,
): DesiredMenu | Problem {
  const refusal = findRefusal(state);
  if (refusal !== undefined) return refusal;
  const offers = state.environments.map((environment): Offer => {
    const entries = entriesFor(environment, current, leaving);
    return { environment, entries, defaultEntry: chooseDefault(environment, entries, current) };
  });
  const active = offers.find(({ environment }) => environment.active);
  const defaultEntry = active?.defaultEntry;
  if (active === undefined) return { code: 'no-environments' };
  if (defaultEntry === undefined) {
    if (active.environment.blocker !== undefined) return active.environment.blocker;
    const name = active.environment.name;
    const none = offers.every(({ entries }) => entries.length === 0);
    return none
      ? { code: 'nothing-bootable', names: state.environments.map((environment) => environment.name) }
      : { code: 'active-not-bootable', name };
  }
  const total = offers.flatMap(({ entries }) => entries).length;
  const limit = active.environment.config.maxEntries;
  const trimmed = trim(offers, limit);
  const groups = trimmed.flatMap(({ environment, entries }) => present(environment, entries, fold));
  const menu: Menu = {
    filesystemUuid: state.filesystemUuid,
    bootUuid: usesBoot(groups) ? state.bootUuid : undefined,
    default: keyOf(defaultEntry),
    settings: active.environment.settings,
    ...(state.followsDefault ? { defaultSubvolume: active.environment.subvolume.path } : {}),
    oneShot: state.oneShot === undefined ? undefined : { ...state.oneShot, choices: chooseOnce(trimmed) },
    groups,
  };
  const shown = entriesOf(menu).length;
  return { menu, warnings: shown < total ? [{ code: 'menu-trimmed', shown, total }] : [] };
}

/**
 * The entries of one environment. An environment that be-hook cannot interpret, or whose record of kernels it cannot read,
 * keeps its entries in the present menu.
 * If a newer be-hook wrote the mark of the running one, its new kernels are added to these. The same is true for an
 * active environment that no menu contains, because a menu needs a default.
 */
function entriesFor(
  environment: BootEnvironment,
  current: () => Menu | undefined,
  leaving: LeavingKernel | undefined,
): readonly Entry[] {
  const { blocker, markFault, active, running } = environment;
  const isRecordReadable = environment.keptImages?.isReadable ?? true;
  if (blocker === undefined && markFault === undefined && isRecordReadable) return offer(environment, leaving);
  const retained = keep(environment, current());
  if (blocker === undefined) {
    const offered = offer(environment, leaving);
    const isNew = ({ release }: Entry): boolean => !retained.some((entry) => entry.release === release);
    // Without its record be-hook cannot find all kernels of an environment. Only the running one can have lost some.
    if (!isRecordReadable && !running) return [...retained, ...offered.filter(isNew)];
    return offered.map((entry) => retained.find(({ release }) => release === entry.release) ?? entry);
  }
  return retained.length === 0 && active && blocker === markFault ? offer(environment, leaving) : retained;
}

/**
 * The layout of the machine's own environments decides whether be-hook keeps a menu at all. The menu merely leaves out
 * other environments with an unsupported layout.
 */
function findRefusal(state: SystemState): Problem | undefined {
  const [first] = state.environments;
  if (first === undefined) return { code: 'no-environments' };
  return findUnserved(state);
}

function offer(environment: BootEnvironment, leaving: LeavingKernel | undefined): readonly Entry[] {
  if (environment.state !== undefined) return [];
  const { name, osId } = environment;
  const title = titleOf(environment);
  return environment.kernels
    .filter((kernel) => !(environment.running && kernel.release === leaving?.release))
    .map(({ release, image, initrds, options }) => ({
      be: name,
      release,
      title: `${title}, Linux ${release}`,
      osId,
      image,
      initrds,
      options,
    }));
}

/**
 * The entries of an environment in the present menu whose files still exist, under the name that it has now. Several
 * environments can boot the same files of a separate /boot.
 */
function keep(environment: BootEnvironment, current: Menu | undefined): readonly Entry[] {
  const { name, subvolume } = environment;
  const present = new Set(environment.bootFiles.map(printPlace));
  return (current === undefined ? [] : entriesOf(current))
    .filter((entry) => [entry.image, ...entry.initrds].every((place) => present.has(printPlace(place))))
    .filter(({ image, options }) => image.on === 'root' || namesSubvolume(options, subvolume))
    .map((entry) => ({ ...entry, be: name }));
}

function chooseOnce(offers: readonly Offer[]): readonly EntryKey[] {
  return offers.flatMap(({ defaultEntry }) => (defaultEntry === undefined ? [] : [keyOf(defaultEntry)]));
}

interface Offer {
  readonly environment: BootEnvironment;
  readonly entries: readonly Entry[];
  /** The entry that this environment boots by default. */
  readonly defaultEntry: Entry | undefined;
}

/** An environment that be-hook cannot interpret keeps its default. */
function chooseDefault(
  { savedEntry, blocker }: BootEnvironment,
  entries: readonly Entry[],
  current: () => Menu | undefined,
): Entry | undefined {
  const retained = blocker === undefined ? undefined : current()?.default;
  return (
    entries.find(
      (entry) => entry.release === savedEntry.release || (retained !== undefined && isSameEntry(entry, retained)),
    ) ??
    entries.find(({ release }) => !isDebug(release) && !isRescue(release)) ??
    entries[0]
  );
}

/**
 * Keeps at most `limit` entries: first the default entry of every environment, then the next newest entry of each, and
 * so on.
 */
function trim(offers: readonly Offer[], limit: number): readonly Offer[] {
  const ranked = offers.flatMap(({ entries, defaultEntry }, place) =>
    [...entries]
      .sort((a, b) => Number(b === defaultEntry) - Number(a === defaultEntry))
      .map((entry, rank) => ({ entry, rank, place })),
  );
  ranked.sort((a, b) => a.rank - b.rank || a.place - b.place);
  const chosen = new Set(ranked.slice(0, limit).map(({ entry }) => entry));
  return offers.map((offer) => ({
    ...offer,
    entries: offer.entries.filter((entry) => chosen.has(entry)),
    defaultEntry: offer.defaultEntry !== undefined && chosen.has(offer.defaultEntry) ? offer.defaultEntry : undefined,
  }));
}

function present(environment: BootEnvironment, entries: readonly Entry[], fold: boolean): readonly MenuGroup[] {
  const { name, osId, active } = environment;
  if (entries.length === 0) return [];
  if (active || !fold) return [{ folded: false, be: name, entries }];
  return [{ folded: true, be: name, title: titleOf(environment), osId, entries }];
}

function usesBoot(groups: readonly MenuGroup[]): boolean {
  return groups.some(({ entries }) => entries.some(({ image }) => image.on === 'boot'));
}

function keyOf({ be, release }: EntryKey): EntryKey {
  return { be, release };
}

function titleOf({ name, title, description }: BootEnvironment): string {
  return description === undefined ? `${name}: ${title}` : `${name}: ${description} (${title})`;
}
