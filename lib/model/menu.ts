import type { BeName } from './be-name.ts';
import type { OneShotFile } from './one-shot.ts';

/** One line of the boot menu that boots something: a boot environment × one of its kernels. */
export interface Entry {
  /** What GRUB's `default` must be set to for this entry: ids joined by `>` down the submenus. */
  readonly id: string;
  readonly be: BeName;
  readonly release: string;
  readonly title: string;
  /** The os-release ID, by which GRUB's themes choose an icon. */
  readonly osId: string;
  /** Path as GRUB sees it: from the top of the file system, with a leading slash. */
  readonly image: string;
  readonly initrds: readonly string[];
  /** Words of the kernel's command line, quotes removed. */
  readonly options: readonly string[];
}

/** What the menu shows at its top level. */
export type MenuItem =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | {
      readonly kind: 'submenu';
      readonly be: BeName;
      readonly title: string;
      readonly osId: string;
      readonly entries: readonly Entry[];
    };

/** How the menu behaves, as the distribution's own would. */
export interface MenuSettings {
  /** Seconds until the default boots; -1 waits for ever. */
  readonly timeout: number;
  readonly timeoutStyle: 'menu' | 'countdown' | 'hidden';
  /** Whether be-hook.conf sets the timeout, so that what the distribution decides for one start does not count. */
  readonly timeoutFixed: boolean;
  readonly terminalInput: readonly string[];
  readonly terminalOutput: readonly string[];
  /** The arguments of GRUB's `serial` command, or undefined where no serial port is set up. */
  readonly serial: readonly string[] | undefined;
  /** Whether entries boot without a password when the distribution protects its menu with one. */
  readonly unrestricted: boolean;
}

/** A file that says what boots once, and what each thing it may say leads to. */
export interface OneShot extends OneShotFile {
  /** What each boot environment boots by default. */
  readonly choices: readonly { readonly be: BeName; readonly id: string }[];
}

/** All entries of all boot environments plus the default. */
export interface Menu {
  readonly filesystemUuid: string;
  /** The id of the entry that boots when nobody touches a key. */
  readonly default: string;
  readonly settings: MenuSettings;
  /** How an environment is booted once, where that is possible. */
  readonly oneShot: OneShot | undefined;
  readonly items: readonly MenuItem[];
}

/** The id of the submenu of a boot environment. Colons separate the parts of an id, so those of a name are escaped. */
export function submenuId(be: BeName): string {
  return `be-hook:${be.replaceAll(':', '%3A')}`;
}

/** The boot environment in an id that {@link submenuId} made, and what follows behind a colon. Undefined for any other id. */
export function readId(id: string): { readonly be: BeName; readonly release: string } | undefined {
  const [, be, release = ''] = /^be-hook:([^:]+)(?::(.*))?$/.exec(id) ?? [];
  return be === undefined ? undefined : { be: be.replaceAll('%3A', ':') as BeName, release };
}

/**
 * The id of an entry in its own menu. It must not begin with a digit: GRUB takes such a word for an index, whatever
 * follows (grub-core/normal/menu.c, get_entry_number; found with real GRUB 2.06 to 2.14).
 */
export function entryId(be: BeName, release: string): string {
  return `${submenuId(be)}:${release}`;
}

/** The id of an entry inside its boot environment's submenu, as GRUB's `default` wants it (GRUB manual, "default"). */
export function submenuEntryId(be: BeName, release: string): string {
  return `${submenuId(be)}>${entryId(be, release)}`;
}

/** All entries in the order in which GRUB shows them. */
export function entriesOf(menu: Menu): readonly Entry[] {
  return menu.items.flatMap((item) => (item.kind === 'entry' ? [item.entry] : item.entries));
}
