import * as v from 'valibot';
import type { Finding, FindingArgs, FindingKind } from '../model/upgrade.ts';

const text = v.string();
const status = v.pipe(v.number(), v.safeInteger());

/** The schemas of the members of each kind of finding. */
const members: { readonly [K in FindingKind]: { readonly [M in keyof FindingArgs[K]]: v.GenericSchema } } = {
  command: { status },
  scriptlet: { scriptlet: text, package: text, status },
  duplicate: { name: text, versions: v.array(text) },
  database: {},
  evidence: { why: text },
  unbootable: { why: text },
  hook: { path: text, status },
  'default-unset': { package: text, release: text },
  kernel: { why: text },
  hidden: { path: text },
  configuration: { path: text },
  repository: {},
  skipped: {},
  verify: { line: text },
};

/** A finding with further members. */
type FindingWith<M extends v.ObjectEntries> = Finding & v.InferOutput<v.ObjectSchema<M, undefined>>;

/** A finding of a kind that this version knows, with further members that are the same in every kind. Other members are kept. */
export function findingSchema<M extends v.ObjectEntries>(more: M): v.GenericSchema<unknown, FindingWith<M>> {
  const kinds = Object.entries<v.ObjectEntries>(members);
  const schemas = kinds.map(([kind, entries]) => v.looseObject({ kind: v.literal(kind), ...entries, ...more }));
  // The compiler checks the table against the members of each kind, but cannot see that through Object.entries.
  return v.variant('kind', schemas) as unknown as v.GenericSchema<unknown, FindingWith<M>>;
}

/** Whether this version knows findings of this kind. */
export function isFindingKind(kind: string): kind is FindingKind {
  return Object.hasOwn(members, kind);
}
