import type { BeName } from '../../model/be-name.ts';
import type { EntryKey, Menu } from '../../model/menu.ts';

/** The id of the submenu of a boot environment. Colons separate the parts of an id, so colons in a name are escaped. */
export function submenuId(be: BeName): string {
  return `be-hook:${be.replaceAll(':', '%3A')}`;
}

/**
 * The boot environment in an id that `submenuId` made, and the text behind a colon. Undefined for any other id.
 */
export function readId(id: string): EntryKey | undefined {
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

/** The value of GRUB's `default` for an entry of a menu: ids joined by `>` down the submenus (GRUB manual, "default"). */
export function pathOfEntry(menu: Menu, { be, release }: EntryKey): string {
  const folded = menu.groups.some((group) => group.folded && group.be === be);
  return folded ? submenuEntryId(be, release) : entryId(be, release);
}
