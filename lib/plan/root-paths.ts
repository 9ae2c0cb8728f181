import type {
  BootDirectoryFacts,
  BootFile,
  FileText,
  LoaderSettingFacts,
  MenuDirectoryFacts,
  RootFacts,
} from '../model/observation.ts';

/**
 * The role of a file that was read in a root. A planner that copies a root decides for each role whether the file names
 * the root.
 */
export type FileRole =
  | 'fstab'
  | 'osRelease'
  | 'commandLine'
  | 'grubDefaults'
  | 'loaderType'
  | 'tunedOptions'
  | 'config'
  | 'blsEntry'
  | 'grubCfg'
  | 'menu'
  | 'grubenv'
  | 'generatorScript';

/** The mapping of the paths, and of the files that were read, in the facts of a root. */
export interface PathMap {
  readonly path: (path: string) => string;
  readonly file: (file: FileText, role: FileRole) => FileText;
}

type MapOf<Value> = (value: Value, map: PathMap) => Value;

/** One line for each fact. Without its line the table does not compile. */
type Table<Facts> = { readonly [Name in keyof Facts]-?: MapOf<Facts[Name]> };

const noPath = <Value>(value: Value): Value => value;

const onePath: MapOf<string> = (path, map) => map.path(path);

function file(role: FileRole): MapOf<FileText> {
  return (candidate, map) => map.file(candidate, role);
}

function each<Value>(candidate: MapOf<Value>): MapOf<readonly Value[]> {
  return (values, map) => values.map((value) => candidate(value, map));
}

function facts<Facts extends object>(table: Table<Facts>): MapOf<Facts> {
  const names = Object.keys(table) as (string & keyof Facts)[];
  return (value, map) => {
    const mapped = names.map((name) => [name, table[name](value[name], map)] as const);
    return { ...value, ...(Object.fromEntries(mapped) as Facts) };
  };
}

const fileOfRoot = facts<BootFile>({
  name: noPath,
  on: noPath,
  path: onePath,
  target: onePath,
  size: noPath,
  fault: noPath,
});

/** A file of another file system is not below the root. */
const bootFile: MapOf<BootFile> = (value, map) => (value.on === 'root' ? fileOfRoot(value, map) : value);

const loaderSetting = facts<LoaderSettingFacts>({
  file: file('loaderType'),
  sdbootutil: noPath,
  tuned: file('tunedOptions'),
});

const menuDirectory = facts<MenuDirectoryFacts>({
  path: onePath,
  exists: noPath,
  grubCfg: file('grubCfg'),
  menu: file('menu'),
  grubenv: file('grubenv'),
  unfinishedWork: each(facts<MenuDirectoryFacts['unfinishedWork'][number]>({ path: onePath, target: onePath })),
  grubInstalled: noPath,
  grubCfgParses: noPath,
});

const boot: MapOf<BootDirectoryFacts> = (value, map) => {
  switch (value.kind) {
    case 'directory':
      return { ...value, files: each(bootFile)(value.files, map) };
    case 'subvolume':
    case 'placeholder':
      return { ...value, path: map.path(value.path) };
    case 'missing':
      return value;
  }
};

/** The facts of a root with every path below the root, and every file that was read there, mapped. */
export const mapPaths: MapOf<RootFacts> = facts<RootFacts>({
  // The subvolume says where the root lies. That is no path inside the root.
  subvolume: noPath,
  mark: noPath,
  born: noPath,
  unsafe: noPath,
  readOnly: noPath,
  fstab: file('fstab'),
  osRelease: file('osRelease'),
  commandLine: file('commandLine'),
  grubDefaults: each(file('grubDefaults')),
  loaderSetting,
  config: file('config'),
  copiesAtBoot: noPath,
  hasBeHook: noPath,
  blsEntries: each(file('blsEntry')),
  boot,
  moduleReleases: noPath,
  moduleImages: each(bootFile),
  init: noPath,
  menuDirectories: each(menuDirectory),
  generatorDirectory: (path, map) => (path === undefined ? undefined : map.path(path)),
  generatorScript: file('generatorScript'),
});
