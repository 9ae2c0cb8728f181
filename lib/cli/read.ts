import { accept } from '../model/accept.ts';
import { type BeName, parseBeName } from '../model/be-name.ts';
import { BeHookError } from '../model/problem.ts';
import { parseSnapshotName, type SnapshotName } from '../model/snapshot-name.ts';
import { hasUnprintable } from '../model/visible.ts';

/** A name for a boot environment. Throws `name-invalid`. */
export function readName(text: string): BeName {
  return accept(parseBeName(text));
}

/** A name for a snapshot. Throws `name-invalid`. */
export function readSnapshotName(text: string): SnapshotName {
  return accept(parseSnapshotName(text));
}

/** A description. Throws `text-invalid`. */
export function readDescription(text: string): string;
export function readDescription(text: string | undefined): string | undefined;
export function readDescription(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  if (hasUnprintable(trimmed) || trimmed.length > 200)
    throw new BeHookError({ code: 'text-invalid', what: 'a description' });
  return trimmed;
}
