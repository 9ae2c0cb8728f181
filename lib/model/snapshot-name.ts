import type { Problem } from './problem.ts';

declare const snapshotName: unique symbol;

/** The name of a snapshot: the part behind the `@`. */
export type SnapshotName = string & { readonly [snapshotName]: true };

/**
 * Checks whether `text` may name a snapshot. The rules are those of a boot environment's name. Colons are permitted,
 * because beadm makes up names that are times.
 */
export function parseSnapshotName(text: string): SnapshotName | Problem {
  const fits = /^[A-Za-z0-9][A-Za-z0-9._:+-]*$/.test(text) && text.length <= 64;
  return fits ? (text as SnapshotName) : { code: 'name-invalid', name: text };
}

/** The name of a snapshot whose name the user did not choose: the time in UTC, in beadm's format (`%F-%T`). */
export function snapshotNameAt(seconds: number): SnapshotName {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', '-') as SnapshotName;
}

/** `name` if no snapshot has it, otherwise the first free one of `NAME-2`, `NAME-3` …. */
export function freeSnapshotName(name: SnapshotName, taken: readonly SnapshotName[]): SnapshotName {
  let candidate = name;
  for (let count = 2; taken.includes(candidate); count += 1) candidate = `${name}-${count}` as SnapshotName;
  return candidate;
}

/** A boot environment or one of its snapshots, as the user names it. */
export interface Target {
  readonly name: string;
  readonly snapshot: string | undefined;
}

/** Splits `NAME` or `NAME@SNAPSHOT`. It validates neither part. */
export function parseTarget(text: string): Target {
  const at = text.indexOf('@');
  return at < 0 ? { name: text, snapshot: undefined } : { name: text.slice(0, at), snapshot: text.slice(at + 1) };
}

/** The name of a snapshot as users type it. */
export function printTarget(name: string, snapshot: string): string {
  return `${name}@${snapshot}`;
}
