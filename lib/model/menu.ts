import type { BeName } from './be-name.ts';
import type { OneShotFile } from './one-shot.ts';

/** One line of the boot menu that boots a system: a boot environment × one of its kernels. */
export interface Entry {
  /** The value of GRUB's `default` for this entry: ids joined by `>` down the submenus. */
  readonly id: string;
  readonly be: BeName;
  readonly release: string;
  readonly title: string;
  /** The os-release ID, by which GRUB's themes choose an icon. */
  readonly osId: string;
  /** Path as GRUB sees it: from the top of the file system, with a leading slash. */
  readonly image: string;
  readonly initrds: readonly string[];
  /** Arguments of the kernel's command line, without quotes. */
  readonly options: readonly string[];
}

/** One item at the top level of the menu. */
export type MenuItem =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | {
      readonly kind: 'submenu';
      readonly be: BeName;
      readonly title: string;
      readonly osId: string;
      readonly entries: readonly Entry[];
    };

/** How the menu behaves. be-hook takes it from the distribution's menu. */
export interface MenuSettings {
  /** Seconds until the default boots; -1 waits for ever. */
  readonly timeout: number;
  readonly timeoutStyle: 'menu' | 'countdown' | 'hidden';
  /** Whether be-hook.conf sets the timeout. The distribution's decision for one start then does not count. */
  readonly timeoutFixed: boolean;
  readonly terminalInput: readonly string[];
  readonly terminalOutput: readonly string[];
  /** The arguments of GRUB's `serial` command, or undefined where no serial port is set up. */
  readonly serial: readonly string[] | undefined;
  /** Whether entries boot without a password when the distribution protects its menu with one. */
  readonly unrestricted: boolean;
}

/** A file with the one-shot request, and the entry for each of its possible values. */
export interface OneShot extends OneShotFile {
  /** The entry that each boot environment boots by default. */
  readonly choices: readonly { readonly be: BeName; readonly id: string }[];
}

/** All entries of all boot environments plus the default. */
export interface Menu {
  readonly filesystemUuid: string;
  /** The id of the entry that boots when no key is pressed. */
  readonly default: string;
  readonly settings: MenuSettings;
  /** The one-shot request, if the machine can have one. */
  readonly oneShot: OneShot | undefined;
  readonly items: readonly MenuItem[];
}

/** The id of the submenu of a boot environment. Colons separate the parts of an id, so colons in a name are escaped. */
export function submenuId(be: BeName): string {
  return `be-hook:${be.replaceAll(':', '%3A')}`;
}

/**
 * The boot environment in an id that {@link submenuId} made, and the text behind a colon. Undefined for any other id.
 */
export function readId(id: string): { readonly be: BeName; readonly release: string } | undefined {
  const [, be, release = ''] = /^be-hook:([^:]+)(?::(.*))?$/.exec(id) ?? [];
  return be === undefined ? undefined : { be: be.replaceAll('%3A', ':') as BeName, release };
}

/**
 * The id of an entry in its own menu. It must not begin with a digit: GRUB interprets such a word as an index, whatever
 * follows (grub-core/normal/menu.c, get_entry_number; found with real GRUB 2.06 to 2.14).
 */
export function entryId(be: BeName, release: string): string {
  return `${submenuId(be)}:${release}`;
}

/**
 * The id of an entry inside its boot environment's submenu, in the form that GRUB's `default` needs (GRUB manual,
 * "default").
 */
export function submenuEntryId(be: BeName, release: string): string {
  return `${submenuId(be)}>${entryId(be, release)}`;
}

/** All entries in the order in which GRUB shows them. */
export function entriesOf(menu: Menu): readonly Entry[] {
  return menu.items.flatMap((item) => (item.kind === 'entry' ? [item.entry] : item.entries));
}
