import type { Problem } from './problem.ts';

declare const snapshotName: unique symbol;

/** The name of a snapshot, what stands behind the `@`. */
export type SnapshotName = string & { readonly [snapshotName]: true };

/**
 * Says whether `text` may name a snapshot: as a boot environment's name, with colons, for the names that beadm makes up
 * are moments.
 */
export function parseSnapshotName(text: string): SnapshotName | Problem {
  const fits = /^[A-Za-z0-9][A-Za-z0-9._:+-]*$/.test(text) && text.length <= 64;
  return fits ? (text as SnapshotName) : { code: 'name-invalid', name: text };
}

/** The name of a snapshot that nobody named: the moment it is taken, in UTC, as beadm has it (`%F-%T`). */
export function snapshotNameAt(seconds: number): SnapshotName {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', '-') as SnapshotName;
}

/** `name` if no snapshot has it, otherwise the first of `NAME-2`, `NAME-3` … that none has. */
export function freeSnapshotName(name: SnapshotName, taken: readonly SnapshotName[]): SnapshotName {
  let candidate = name;
  for (let count = 2; taken.includes(candidate); count += 1) candidate = `${name}-${count}` as SnapshotName;
  return candidate;
}

/** What a user called: a boot environment, or one of its snapshots. */
export interface Target {
  readonly name: string;
  readonly snapshot: string | undefined;
}

/** Splits `NAME` or `NAME@SNAPSHOT`; neither part is judged. */
export function parseTarget(text: string): Target {
  const at = text.indexOf('@');
  return at < 0 ? { name: text, snapshot: undefined } : { name: text.slice(0, at), snapshot: text.slice(at + 1) };
}

/** What a user calls a snapshot. */
export function printTarget(name: string, snapshot: string): string {
  return `${name}@${snapshot}`;
}
