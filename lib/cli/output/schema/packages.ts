import * as v from 'valibot';
import type { Published } from './published.ts';

const arch = v.pipe(
  v.nullable(v.string()),
  v.description('Null for a package without an architecture, such as the key of a repository.'),
);
const evr = v.pipe(v.string(), v.description('EPOCH:VERSION-RELEASE. An epoch of 0 is left out.'));

/** One package, as rpm names it. */
export const packageSchema = v.object({ name: v.string(), arch, version: evr });

/** A package with another version than before. */
export const packageMove = v.object({ name: v.string(), arch, from: evr, to: evr });

/** How packages changed. */
export const packageChanges = v.object({
  added: v.array(packageSchema),
  removed: v.array(packageSchema),
  changed: v.array(packageMove),
});

/** See `packageChanges`. */
export type PackageChangesData = Published<typeof packageChanges>;
