import { parseBeName } from '../model/be-name.ts';
import type { AwaitedCopy, FirstBoot } from '../model/first-boot.ts';
import type { Mark, SnapshotMark } from '../model/mark.ts';
import { parseSnapshotName } from '../model/snapshot-name.ts';

/**
 * Reads the mark of a boot environment. Answers undefined for anything that `printMark` of this version could not have
 * written.
 */
export function parseMark(text: string): Mark | undefined {
  const { version, name, uuid, created, id, description, held, automatic, restorePoint, state, firstBoot } =
    readObject(text);
  const parsed = typeof name === 'string' ? parseBeName(name) : undefined;
  if (version !== 1 || typeof parsed !== 'string' || typeof uuid !== 'string' || typeof created !== 'number')
    return undefined;
  const mark: Mark = {
    version,
    name: parsed,
    uuid,
    created,
    ...(typeof id === 'string' ? { id } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(held === true ? { held } : {}),
    ...(automatic === true ? { automatic } : {}),
    ...(typeof restorePoint === 'string' ? { restorePoint } : {}),
    ...(state === 'upgrading' || state === 'failed' ? { state } : {}),
    ...readFirstBoot(firstBoot),
  };
  return printMark(mark) === text ? mark : undefined;
}

/** Whether a text is a mark of a version of be-hook that knows more than this one. */
export function isNewerMark(text: string): boolean {
  const version = /^\{"version":([0-9]{1,9})[,}]/.exec(text)?.[1];
  return version !== undefined && Number(version) > 1;
}

/** The text of a mark. */
export function printMark(mark: Mark): string {
  const { version, name, uuid, created, id, description, held, automatic, restorePoint, state, firstBoot } = mark;
  const copies = firstBoot?.copies.map(({ mountpoint, from, to }) => ({ mountpoint, from, to }));
  return JSON.stringify({
    ...{ version, name, uuid, created, id, description, held, automatic, restorePoint, state },
    firstBoot: firstBoot && { copies, migration: firstBoot.migration },
  });
}

/** Reads the mark of a snapshot, as `parseMark` does. */
export function parseSnapshotMark(text: string): SnapshotMark | undefined {
  const { version, name, uuid, created, of, description } = readObject(text);
  const parsed = typeof name === 'string' ? parseSnapshotName(name) : undefined;
  if (version !== 1 || typeof parsed !== 'string' || typeof uuid !== 'string') return undefined;
  if (typeof created !== 'number' || typeof of !== 'string') return undefined;
  const more = typeof description === 'string' ? { description } : {};
  const mark: SnapshotMark = { version, name: parsed, uuid, created, of, ...more };
  return printSnapshotMark(mark) === text ? mark : undefined;
}

/** The text of the mark of a snapshot. */
export function printSnapshotMark({ version, name, uuid, created, of, description }: SnapshotMark): string {
  return JSON.stringify({ version, name, uuid, created, of, description });
}

function readFirstBoot(value: unknown): { readonly firstBoot?: FirstBoot } {
  if (typeof value !== 'object' || value === null) return {};
  const { copies, migration } = value as Readonly<Record<string, unknown>>;
  if (!Array.isArray(copies) || !copies.every(isAwaited)) return {};
  return { firstBoot: { copies, ...(migration === 'due' || migration === 'begun' ? { migration } : {}) } };
}

function isAwaited(value: unknown): value is AwaitedCopy {
  if (typeof value !== 'object' || value === null) return false;
  const { mountpoint, from, to } = value as Readonly<Record<string, unknown>>;
  return [mountpoint, from, to].every((word) => typeof word === 'string');
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
