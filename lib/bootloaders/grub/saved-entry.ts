import type { BeName } from '../../model/be-name.ts';
import type { Kernel } from '../../model/kernel.ts';
import type { RootFacts } from '../../model/observation.ts';
import { shownPath } from '../../model/place.ts';
import type { SavedEntry } from '../../model/saved-entry.ts';
import { findEntryOf, listBlsEntries, type NamedEntry, withoutTries } from '../../plan/interpret/bls-entries.ts';
import { releaseOfImage } from '../../plan/interpret/kernels.ts';
import { readsBlsEntries } from './command-line.ts';
import { entryId, submenuEntryId } from './entry-id.ts';
import { parseEnvironmentBlock } from './environment-block.ts';
import { grubRoot, type MenuDirectoryFacts } from './facts.ts';
import { findGrubDefault, parseGrubMenu } from './menu-items.ts';

/** A root, with the facts that resolve its saved entry. */
interface Place {
  readonly root: RootFacts;
  readonly name: BeName;
  readonly kernels: readonly Kernel[];
  readonly entries: readonly NamedEntry[];
  readonly menuDirectory: MenuDirectoryFacts;
}

/**
 * Interprets the saved entry of a root. It counts if the grub.cfg reads it (GRUB_DEFAULT=saved). If kernel-install
 * noted a complete kernel in `tmp_saved_entry`, that kernel comes first. Fedora's set-boot-entry.install should make it
 * the saved entry when its initramfs exists, but fails if /boot lies in the root.
 */
export function interpretSavedEntry(root: RootFacts, name: BeName, kernels: readonly Kernel[]): SavedEntry {
  const entries = listBlsEntries(root);
  for (const menuDirectory of grubRoot(root).menuDirectories) {
    const values = readEnvironment(menuDirectory);
    if (values === undefined || !readsSavedEntry(menuDirectory)) continue;
    const place: Place = { root, name, kernels, entries, menuDirectory };
    const entry = interpretVariables(values, place);
    if (menuDirectory.on === 'root') return entry;
    const made = interpretPrivate(place);
    return { ...entry, value: values.get('saved_entry') ?? '', ...(made && { made }) };
  }
  return { release: undefined, foreign: undefined, pending: undefined };
}

/** The saved entry that a job made in the private /boot of the root. */
function interpretPrivate(place: Place): Pick<SavedEntry, 'release'> | undefined {
  const { path } = place.menuDirectory.grubenv;
  const grubenv = place.root.privateBoot.variables.find((file) => file.path.endsWith(`/${path}`));
  const values = grubenv === undefined ? undefined : readEnvironment({ grubenv });
  return values === undefined ? undefined : { release: interpretVariables(values, place).release };
}

function interpretVariables(values: ReadonlyMap<string, string>, place: Place): SavedEntry {
  const { grubenv } = place.menuDirectory;
  const noted = values.get('tmp_saved_entry') ?? '';
  const pending = noted === '' ? undefined : findEntry(place, noted)?.release;
  if (pending !== undefined)
    return { release: pending, foreign: undefined, pending: { path: grubenv.path, id: noted } };
  const value = values.get('saved_entry') ?? '';
  const named = resolve(value, place);
  if (named === 'first') return { release: undefined, foreign: undefined, pending: undefined };
  const foreign = named === undefined ? { path: shownPath(grubenv), value } : undefined;
  return { release: named?.release, foreign, pending: undefined };
}

function readEnvironment({ grubenv }: Pick<MenuDirectoryFacts, 'grubenv'>): ReadonlyMap<string, string> | undefined {
  return grubenv.kind === 'text' ? parseEnvironmentBlock(grubenv.text) : undefined;
}

/** `00_header` writes this line for GRUB_DEFAULT=saved. */
function readsSavedEntry({ grubCfg }: MenuDirectoryFacts): boolean {
  return grubCfg.kind === 'text' && /^\s*set\s+default="?\$\{saved_entry\}"?\s*$/m.test(grubCfg.text);
}

/**
 * The kernel that a saved entry names. `first` is the first one in the menu. Undefined if be-hook's menu does not have
 * the entry.
 */
function resolve(value: string, place: Place): Pick<Kernel, 'release'> | 'first' | undefined {
  if (value === '' || value === '0') return 'first';
  const { kernels, name, root } = place;
  const own = kernels.find(({ release }) => [entryId(name, release), submenuEntryId(name, release)].includes(value));
  if (own !== undefined) return own;
  const found = findEntry(place, value) ?? findById(place, value);
  return found ?? (readsBlsEntries(root) ? undefined : findInMenu(value, place));
}

/**
 * The kernel whose BLS entry GRUB finds by this id or title. An entry does not count if another one is the entry of its
 * kernel (see `findEntryOf`).
 */
function findEntry({ entries, kernels }: Place, value: string): Kernel | undefined {
  const named =
    entries.find(({ id }) => id === value) ??
    entries.find(({ id }) => withoutTries(id) === withoutTries(value)) ??
    entries.find(({ entry }) => entry.title === value);
  return named === undefined ? undefined : kernels.find(({ release }) => findEntryOf(entries, release) === named);
}

/** The kernel of an id that kernel-install made, if the entry with that id no longer exists. */
function findById({ entries, kernels }: Place, value: string): Kernel | undefined {
  const [, rest = ''] = /^[0-9a-f]{32}-(.+)$/.exec(value) ?? [];
  const of = (wanted: string): Kernel | undefined =>
    kernels.find(({ release }) => release === wanted && findEntryOf(entries, release) === undefined);
  return of(rest) ?? of(withoutTries(rest));
}

/**
 * A kernel in the section of a generated menu that 10_linux wrote. Recovery entries of that section have other options
 * than be-hook's entries.
 */
function findInMenu(value: string, { menuDirectory, kernels }: Place): Pick<Kernel, 'release'> | 'first' | undefined {
  const { grubCfg } = menuDirectory;
  const item = grubCfg.kind === 'text' ? findGrubDefault(parseGrubMenu(grubCfg.text), value) : undefined;
  if (item?.image === undefined || !/^10_linux/.test(item.section ?? '')) return undefined;
  if (item.id?.startsWith('gnulinux-simple-') === true) return 'first';
  if (item.id !== undefined && !item.id.includes('-advanced-')) return undefined;
  const release = releaseOfImage(item.image);
  return kernels.find((kernel) => kernel.release === release);
}
