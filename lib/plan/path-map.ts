import type { FileText } from '../model/observation.ts';

/**
 * The role of a file that was read in a root. A planner that copies a root decides for each role whether the file names
 * the root.
 */
export type FileRole =
  | 'fstab'
  | 'osRelease'
  | 'commandLine'
  | 'loaderType'
  | 'tunedOptions'
  | 'config'
  | 'blsEntry'
  | LoaderFileRole;

/**
 * The role of a file that only one boot loader reads: its settings, the variables that it keeps, the distribution's own
 * menu, be-hook's menu, and be-hook's part of the distribution's menu generator.
 */
export type LoaderFileRole = 'loaderSettings' | 'loaderVariables' | 'distributionMenu' | 'menu' | 'generatorScript';

/** The mapping of the paths, and of the files that were read, in the facts of a root. */
export interface PathMap {
  readonly path: (path: string) => string;
  readonly file: (file: FileText, role: FileRole) => FileText;
}

/** Maps the paths and files in a value. */
export type MapOf<Value> = (value: Value, map: PathMap) => Value;

/** One line for each fact. Without its line the table does not compile. */
export type Table<Facts> = { readonly [Name in keyof Facts]-?: MapOf<Facts[Name]> };

/** Maps a value that has no path. */
export const noPath = <Value>(value: Value): Value => value;

/** Maps one path. */
export const onePath: MapOf<string> = (path, map) => map.path(path);

/** Maps a file that was read. A file of another file system does not belong to the root. */
export function file(role: FileRole): MapOf<FileText> {
  return (candidate, map) => (candidate.on === undefined ? map.file(candidate, role) : candidate);
}

/** Maps each element of a list. */
export function each<Value>(candidate: MapOf<Value>): MapOf<readonly Value[]> {
  return (values, map) => values.map((value) => candidate(value, map));
}

/** Maps an object, by a table with a line for each field. */
export function facts<Facts extends object>(table: Table<Facts>): MapOf<Facts> {
  const names = Object.keys(table) as (string & keyof Facts)[];
  return (value, map) => {
    const mapped = names.map((name) => [name, table[name](value[name], map)] as const);
    return { ...value, ...(Object.fromEntries(mapped) as Facts) };
  };
}
