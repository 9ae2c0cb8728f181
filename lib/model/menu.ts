import type { BeName } from './be-name.ts';
import type { OneShotFile } from './one-shot.ts';
import type { Place } from './place.ts';

/** What identifies an entry in every boot loader: a boot environment × one of its kernels. */
export interface EntryKey {
  readonly be: BeName;
  readonly release: string;
}

/** One line of the boot menu that boots a system. */
export interface Entry extends EntryKey {
  readonly title: string;
  /** The os-release ID, by which a boot loader's theme chooses an icon. */
  readonly osId: string;
  readonly image: Place;
  readonly initrds: readonly Place[];
  /** Arguments of the kernel's command line, without quotes. */
  readonly options: readonly string[];
}

/** The entries of one boot environment: in the menu itself, or together behind one line where the loader can do that. */
export type MenuGroup =
  | { readonly folded: false; readonly be: BeName; readonly entries: readonly Entry[] }
  | {
      readonly folded: true;
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
}

/** A file with the one-shot request, and the entry for each of its possible values. */
export interface OneShot extends OneShotFile {
  /** The entry that each boot environment boots by default. */
  readonly choices: readonly EntryKey[];
}

/** All entries of all boot environments plus the default. */
export interface Menu {
  readonly filesystemUuid: string;
  /** The UUID of the separate /boot, if entries name files there. */
  readonly bootUuid: string | undefined;
  /** The entry that boots when no key is pressed. */
  readonly default: EntryKey;
  readonly settings: MenuSettings;
  /**
   * The path of the default subvolume for which the menu was made. A boot loader shows the menu only while that is the
   * default subvolume. It is left out where the default subvolume does not choose what boots.
   */
  readonly defaultSubvolume?: string;
  /** The one-shot request, if the machine can have one. */
  readonly oneShot: OneShot | undefined;
  readonly groups: readonly MenuGroup[];
}

/** All entries in the order in which the boot loader shows them. */
export function entriesOf(menu: Menu): readonly Entry[] {
  return menu.groups.flatMap(({ entries }) => entries);
}

/** Whether two keys are of the same entry. */
export function isSameEntry(a: EntryKey, b: EntryKey): boolean {
  return a.be === b.be && a.release === b.release;
}

/** The entry that boots when no key is pressed. Undefined in a menu that no loader accepts. */
export function defaultEntryOf(menu: Menu): Entry | undefined {
  return entriesOf(menu).find((entry) => isSameEntry(entry, menu.default));
}
