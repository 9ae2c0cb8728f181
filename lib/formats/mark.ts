import * as v from 'valibot';
import { type BeName, parseBeName } from '../model/be-name.ts';
import type { DeferredCopy, FirstBoot } from '../model/first-boot.ts';
import type { Mark, OpenMark, SnapshotMark } from '../model/mark.ts';
import { parseSnapshotName, type SnapshotName } from '../model/snapshot-name.ts';
import { finiteTime, type JsonObject, parseJsonObject, readValue } from './json.ts';
import { findUnknown, type Known, readOpenFormat } from './open-format.ts';

/** The version and the features of the format that this be-hook knows. */
const known: Known = { version: 1, features: [] };

const isBeName = (value: unknown): boolean => typeof value === 'string' && typeof parseBeName(value) === 'string';
const isSnapshotName = (value: unknown): boolean =>
  typeof value === 'string' && typeof parseSnapshotName(value) === 'string';

const deferredCopy = v.object({ mountpoint: v.string(), from: v.string(), to: v.string() });

const firstBoot = v.object({
  copies: v.array(deferredCopy),
  migration: v.exactOptional(v.picklist(['due', 'begun'])),
});

/** The fields that every mark has. */
const requiredFields = v.object({ name: v.custom<BeName>(isBeName), uuid: v.string(), created: finiteTime });

/**
 * The other fields of a mark. A field with another value comes from a later version. be-hook keeps it and does not
 * interpret it.
 */
const optionalFields = {
  id: v.string(),
  former: v.pipe(v.array(v.string()), v.nonEmpty()),
  description: v.string(),
  held: v.literal(true),
  automatic: v.literal(true),
  restorePoint: v.string(),
  state: v.picklist(['upgrading', 'failed']),
  firstBoot,
};

const requiredSnapshotFields = v.object({
  name: v.custom<SnapshotName>(isSnapshotName),
  uuid: v.string(),
  created: finiteTime,
  of: v.string(),
});

const optionalSnapshotFields = { description: v.string() };

/** The order of all fields in the text of a mark. */
const fields = ['version', ...fieldsOf(requiredFields.entries), ...fieldsOf(optionalFields), 'requires'];
const snapshotFields = [
  'version',
  ...fieldsOf(requiredSnapshotFields.entries),
  ...fieldsOf(optionalSnapshotFields),
  'requires',
];

/**
 * Reads the mark of a boot environment. Fields that this version does not know, and known fields whose value it does
 * not know, are kept in `more`. Returns undefined where a mark has no name or does not say which subvolume it was given
 * to.
 */
export function parseMark(text: string): Mark | undefined {
  const object = parseJsonObject(text);
  const open = readOpenFormat(object);
  const required = readValue(requiredFields, object);
  if (open === undefined || required === undefined) return undefined;
  return close({ ...open, ...required, ...readOptional(optionalFields, object) }, object);
}

/** The known fields of a mark whose value this version does not know, for instance a `held` that is no truth value. */
export function ignoredFields(mark: Mark): readonly string[] {
  return Object.keys(mark.more ?? {}).filter((field) => Object.hasOwn(optionalFields, field));
}

/**
 * The features that a mark requires and this be-hook does not know. Empty for a mark whose object be-hook may change.
 */
export function unknownFeatures(mark: OpenMark): readonly string[] {
  return findUnknown(mark, known);
}

/** The text of a mark. */
export function printMark(mark: Mark): string {
  const first = mark.firstBoot === undefined ? {} : { firstBoot: orderFirstBoot(mark.firstBoot) };
  return print(fields, { ...mark, ...first });
}

/** Reads the mark of a snapshot, as `parseMark` does. */
export function parseSnapshotMark(text: string): SnapshotMark | undefined {
  const object = parseJsonObject(text);
  const open = readOpenFormat(object);
  const required = readValue(requiredSnapshotFields, object);
  if (open === undefined || required === undefined) return undefined;
  return close({ ...open, ...required, ...readOptional(optionalSnapshotFields, object) }, object);
}

/** The text of the mark of a snapshot. */
export function printSnapshotMark(mark: SnapshotMark): string {
  return print(snapshotFields, mark);
}

type Fields = Readonly<Record<string, v.GenericSchema>>;
type Values<F extends Fields> = { -readonly [K in keyof F]?: v.InferOutput<F[K]> };

/** The known fields with a known value, unchanged. They keep members that a later version added inside of them. */
function readOptional<F extends Fields>(schemas: F, object: JsonObject): Values<F> {
  const known = Object.entries<v.GenericSchema>(schemas).filter(([field, schema]) => v.is(schema, object[field]));
  return Object.fromEntries(known.map(([field]) => [field, object[field]])) as Values<F>;
}

/** A mark with all other fields that were read. */
function close<M extends OpenMark>(mark: M, object: JsonObject): M {
  const more = Object.entries(object).filter(([field]) => !Object.hasOwn(mark, field));
  return more.length === 0 ? mark : { ...mark, more: Object.fromEntries(more) };
}

function print(first: readonly string[], { more = {}, ...mark }: OpenMark): string {
  return JSON.stringify(order(first, { ...more, ...mark }));
}

function orderFirstBoot({ copies, ...more }: FirstBoot): JsonObject {
  const orderCopy = (copy: DeferredCopy): JsonObject => order(fieldsOf(deferredCopy.entries), { ...copy });
  return order(fieldsOf(firstBoot.entries), { copies: copies.map(orderCopy), ...more });
}

/** The same fields, with these first and in this order, so that a mark has one text, whatever made it. */
function order(first: readonly string[], object: JsonObject): JsonObject {
  const names = new Set([...first.filter((name) => Object.hasOwn(object, name)), ...Object.keys(object)]);
  return Object.fromEntries([...names].map((name) => [name, object[name]]));
}

function fieldsOf(schemas: Fields): readonly string[] {
  return Object.keys(schemas);
}
