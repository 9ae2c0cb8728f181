import { parseBeName } from '../model/be-name.ts';
import type { AwaitedCopy, FirstBoot } from '../model/first-boot.ts';
import type { Mark, OpenMark, SnapshotMark } from '../model/mark.ts';
import { parseSnapshotName } from '../model/snapshot-name.ts';
import { findUnknown, type Known, readOpenFormat } from './open-format.ts';

/** What this be-hook knows of the format. */
const known: Known = { version: 1, features: [] };

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the mark of a boot environment. Fields that this version does not know, and known fields whose value it does not
 * know, are kept in `more`. Answers undefined where a mark has no name or does not say which subvolume it was given to.
 */
export function parseMark(text: string): Mark | undefined {
  const object = readObject(text);
  const { name, uuid, created } = object;
  const parsed = typeof name === 'string' ? parseBeName(name) : undefined;
  if (typeof parsed !== 'string' || typeof uuid !== 'string' || !isTime(created)) return undefined;
  const open = readOpenFormat(object);
  return open && close({ ...open, name: parsed, uuid, created, ...readOptional(object) }, object);
}

/** The known fields of a mark whose value this version does not know, for instance a `held` that is no truth value. */
export function ignoredFields(mark: Mark): readonly string[] {
  return Object.keys(mark.more ?? {}).filter((field) => Object.hasOwn(optional, field));
}

/** What a program must know to change what has this mark, and this one does not; none for a mark that it may change. */
export function unknownFeatures(mark: OpenMark): readonly string[] {
  return findUnknown(mark, known);
}

/** The text of a mark. */
export function printMark(mark: Mark): string {
  const { version, name, uuid, created, id, former, description, held, automatic } = mark;
  const { restorePoint, state, firstBoot } = mark;
  const first = firstBoot === undefined ? undefined : orderFirstBoot(firstBoot);
  const known = { version, name, uuid, created, id, former, description, held, automatic, restorePoint, state };
  return print({ ...known, firstBoot: first, requires: mark.requires }, mark);
}

/** Reads the mark of a snapshot, as `parseMark` does. */
export function parseSnapshotMark(text: string): SnapshotMark | undefined {
  const object = readObject(text);
  const { name, uuid, created, of, description } = object;
  const parsed = typeof name === 'string' ? parseSnapshotName(name) : undefined;
  if (typeof parsed !== 'string' || typeof uuid !== 'string') return undefined;
  if (!isTime(created) || typeof of !== 'string') return undefined;
  const described = typeof description === 'string' ? { description } : {};
  const open = readOpenFormat(object);
  return open && close({ ...open, name: parsed, uuid, created, of, ...described }, object);
}

/** The text of the mark of a snapshot. */
export function printSnapshotMark(mark: SnapshotMark): string {
  const { version, name, uuid, created, of, description, requires } = mark;
  return print({ version, name, uuid, created, of, description, requires }, mark);
}

/** The fields that a mark may have, and whether a value is one that this version knows. */
const optional = {
  id: isText,
  former: (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isText),
  description: isText,
  held: isTrue,
  automatic: isTrue,
  restorePoint: isText,
  state: (value: unknown) => value === 'upgrading' || value === 'failed',
  firstBoot: isFirstBoot,
} as const satisfies Partial<Record<keyof Mark, (value: unknown) => boolean>>;

function readOptional(object: Json): Partial<Mark> {
  const known = Object.entries(optional).filter(([field, isKnown]) => isKnown(object[field]));
  return Object.fromEntries(known.map(([field]) => [field, object[field]]));
}

/** A mark with everything that was read beside its own fields. */
function close<M extends OpenMark>(mark: M, object: Json): M {
  const more = Object.entries(object).filter(([field]) => !Object.hasOwn(mark, field));
  return more.length === 0 ? mark : { ...mark, more: Object.fromEntries(more) };
}

function print(known: Json, { more = {} }: OpenMark): string {
  const own = Object.entries(known).filter(([, value]) => value !== undefined);
  const fields = new Set(own.map(([field]) => field));
  return JSON.stringify(Object.fromEntries([...own, ...Object.entries(more).filter(([field]) => !fields.has(field))]));
}

function orderFirstBoot({ copies, migration, ...more }: FirstBoot): Json {
  const order = ({ mountpoint, from, to, ...rest }: AwaitedCopy): Json => ({ mountpoint, from, to, ...rest });
  return { copies: copies.map(order), migration, ...more };
}

function isFirstBoot(value: unknown): value is FirstBoot {
  const { copies, migration } = asObject(value);
  return (
    Array.isArray(copies) && copies.every(isAwaited) && [undefined, 'due', 'begun'].includes(migration as undefined)
  );
}

function isAwaited(value: unknown): value is AwaitedCopy {
  const { mountpoint, from, to } = asObject(value);
  return [mountpoint, from, to].every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isTrue(value: unknown): value is true {
  return value === true;
}

function readObject(text: string): Json {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
