import type { BeName } from '../../model/be-name.ts';
import type { EntryKey } from '../../model/menu.ts';
import { entriesDirectory } from './facts.ts';

/*
 * The names of be-hook's entries: `be-hook-KIND__NAME__RELEASE__NUMBER.conf`. kernel-install removes `TOKEN-RELEASE*.conf`
 * (90-loaderentry.install), which no such name matches. Names of the Boot Loader Specification have only letters, digits
 * and `+-_.`, and a number behind `+` would be a boot counter. So all other characters, `+` and `_` are escaped.
 */

/** Whether an entry is the one that boots when no key is pressed. */
export type EntryKind = 'default' | 'other';

/** What the name of an entry says. */
export interface EntryName extends EntryKey {
  readonly kind: EntryKind;
  /** Entries with different texts have different numbers, because FAT cannot replace a file safely. */
  readonly number: number;
}

/** The name without a number. */
export function printStem({ kind, be, release }: Omit<EntryName, 'number'>): string {
  return `be-hook-${kind}__${escape(be)}__${escape(release)}`;
}

/** The name of an entry's file, which systemd-boot uses as the id of the entry. */
export function printEntryName(name: EntryName): string {
  return `${printStem(name)}__${name.number}.conf`;
}

/** The path of an entry, from the top of the partition. */
export function printEntryPath(name: EntryName): string {
  return `${entriesDirectory}/${printEntryName(name)}`;
}

/** Reads the path of an entry; undefined if be-hook does not make such a name. */
export function readEntryPath(path: string): EntryName | undefined {
  const file = path.split('/').at(-1) ?? '';
  const found = /^be-hook-(default|other)__(.+?)__(.+?)__([1-9][0-9]{0,8})\.conf$/.exec(file);
  const [, kind, be, release, number] = found ?? [];
  if (kind === undefined || be === undefined || release === undefined) return undefined;
  return {
    kind: kind === 'default' ? kind : 'other',
    be: unescape(be) as BeName,
    release: unescape(release),
    number: Number(number),
  };
}

function escape(text: string): string {
  return text.replace(/[^A-Za-z0-9.-]/g, (character) => {
    return `_${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

function unescape(text: string): string {
  return text.replace(/_([0-9A-F]{2})/g, (_all, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}
