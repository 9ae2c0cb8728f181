import { problem } from './common.ts';
import { errorSchema } from './error.ts';
import type { Published } from './published.ts';
import { statusSchema } from './status.ts';

/** Everything that be-hook prints as JSON, by the name of its published schema. */
export const schemas = {
  error: errorSchema,
  status: statusSchema,
} as const;

/** The names of the published schemas. */
export type SchemaName = keyof typeof schemas;

/** A value that be-hook prints as JSON. */
export type Output = Published<(typeof schemas)[SchemaName]>;

/** The parts that several schemas have in common, by the names of their definitions. */
export const definitions = { problem } as const;
