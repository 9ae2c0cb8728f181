import type { Problem } from './problem.ts';
import { snapperNumber } from './snapper.ts';

declare const beName: unique symbol;

/** The name of a boot environment. It is safe to print, to type and to put into a menu. */
export type BeName = string & { readonly [beName]: true };

const longest = 64;

/**
 * Checks whether `text` may name a boot environment: `[A-Za-z0-9][A-Za-z0-9._:+-]*`, at most 64 characters, not ending
 * in `+digits`. Boot loaders read such an ending as a boot counter (Boot Loader Specification, "Boot counting").
 */
export function parseBeName(text: string): BeName | Problem {
  const fits = /^[A-Za-z0-9][A-Za-z0-9._:+-]*$/.test(text) && text.length <= longest;
  const counter = /\+[0-9]+(-[0-9]+)?$/.test(text);
  return fits && !counter ? (text as BeName) : { code: 'name-invalid', name: text };
}

/**
 * The name that be-hook offers for a subvolume without a name: `snapper-NUMBER` for a snapshot of snapper, otherwise the
 * last part of its path, without the characters that a name may not have.
 */
export function beNameFromPath(path: string): BeName {
  const number = snapperNumber(path);
  const last = number === undefined ? (path.split('/').at(-1) ?? '') : `snapper-${number}`;
  const cleaned = last
    .replace(/[^A-Za-z0-9._+-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, longest)
    .replace(/(\+[0-9]+(-[0-9]+)?|-)+$/, '');
  return (cleaned === '' ? 'root' : cleaned) as BeName;
}

/**
 * The comparison key of a name. Two names have the same key if a loader or a case-insensitive file system could confuse
 * them. Fedora's GRUB sorts entries and drops duplicates with rpm's comparison, which ignores separators and leading
 * zeros (rhboot/grub2, blscfg).
 */
export function beNameKey(name: BeName): string {
  const segments = name.toLowerCase().match(/[0-9]+|[a-z]+/g) ?? [];
  return segments.map((segment) => segment.replace(/^0+(?=[0-9])/, '')).join('.');
}

/** The first of `name`, `name-2`, `name-3` … that cannot be confused with a name in `taken`. */
export function freeBeName(name: BeName, taken: readonly BeName[]): BeName {
  const keys = new Set(taken.map(beNameKey));
  // A name that was cut short may end in `+digits`. With the number behind it, it would look like a boot counter.
  const stem = name.slice(0, longest - 8).replace(/\+[0-9]+$/, '');
  let candidate = name;
  for (let count = 2; keys.has(beNameKey(candidate)); count += 1) {
    candidate = `${stem}-${count}` as BeName;
  }
  return candidate;
}
