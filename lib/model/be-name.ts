import type { Problem } from './problem.ts';

declare const beName: unique symbol;

/** The name of a boot environment that may be printed, typed and put into a menu without a second thought. */
export type BeName = string & { readonly [beName]: true };

const longest = 64;

/**
 * Says whether `text` may name a boot environment: `[A-Za-z0-9][A-Za-z0-9._:+-]*`, at most 64 characters, not ending in
 * `+digits` (boot loaders read that as a boot counter: Boot Loader Specification, "Boot counting").
 */
export function parseBeName(text: string): BeName | Problem {
  const fits = /^[A-Za-z0-9][A-Za-z0-9._:+-]*$/.test(text) && text.length <= longest;
  const counter = /\+[0-9]+(-[0-9]+)?$/.test(text);
  return fits && !counter ? (text as BeName) : { code: 'name-invalid', name: text };
}

/** The name offered for a subvolume that nobody named: its path's last part without what a name may not have. */
export function beNameFromPath(path: string): BeName {
  const last = path.split('/').at(-1) ?? '';
  const cleaned = last
    .replace(/[^A-Za-z0-9._+-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, longest)
    .replace(/(\+[0-9]+(-[0-9]+)?|-)+$/, '');
  return (cleaned === '' ? 'root' : cleaned) as BeName;
}

/**
 * Two names that a loader or a case-insensitive file system could take for one another have the same key: rpm's
 * comparison, which Fedora's GRUB sorts and drops duplicates by, sees no separators and no leading zeros (rhboot/grub2,
 * blscfg).
 */
export function beNameKey(name: BeName): string {
  const segments = name.toLowerCase().match(/[0-9]+|[a-z]+/g) ?? [];
  return segments.map((segment) => segment.replace(/^0+(?=[0-9])/, '')).join('.');
}

/** The first of `name`, `name-2`, `name-3` … that none of `taken` can be confused with. */
export function freeBeName(name: BeName, taken: readonly BeName[]): BeName {
  const keys = new Set(taken.map(beNameKey));
  // Cut short, a name may end in what would be a boot counter together with the number.
  const stem = name.slice(0, longest - 8).replace(/\+[0-9]+$/, '');
  let candidate = name;
  for (let count = 2; keys.has(beNameKey(candidate)); count += 1) {
    candidate = `${stem}-${count}` as BeName;
  }
  return candidate;
}
