import type * as v from 'valibot';

/** The type of the values that a schema describes. A command prints values, and does not change them. */
export type Published<S extends v.GenericSchema> = Immutable<v.InferOutput<S>>;

type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Immutable<T[K]> }
    : T;
