import type {
  BootDirectoryFacts,
  BootFile,
  FileText,
  LoaderSettingFacts,
  PrivateBootFacts,
  RootFacts,
  StampedFile,
} from '../model/observation.ts';
import type { Loader } from './loader.ts';
import { each, type FileRole, facts, file, type MapOf, noPath, onePath, type PathMap, type Table } from './path-map.ts';

const fileOfRoot = facts<BootFile>({
  name: noPath,
  on: noPath,
  path: onePath,
  target: onePath,
  size: noPath,
  fault: noPath,
});

/** A file of another file system is not below the root. */
function bootFile<File extends BootFile>(value: File, map: PathMap): File {
  return value.on === 'root' ? { ...value, ...fileOfRoot(value, map) } : value;
}

const optionalPath: MapOf<string | undefined> = (path, map) => (path === undefined ? undefined : map.path(path));

const loaderSetting = facts<LoaderSettingFacts>({
  file: file('loaderType'),
  sdbootutil: noPath,
  tuned: file('tunedOptions'),
});

const boot: MapOf<BootDirectoryFacts> = (value, map) => {
  switch (value.kind) {
    case 'directory':
      return {
        ...value,
        files: each<BootFile>(bootFile)(value.files, map),
        subvolume: optionalPath(value.subvolume, map),
      };
    case 'placeholder':
      return { ...value, path: map.path(value.path) };
    case 'missing':
      return value;
  }
};

/** The facts of a root with every path below the root, and every file that was read there, mapped. */
export function mapPaths(root: RootFacts, map: PathMap, loader: Pick<Loader, 'mapFacts'>): RootFacts {
  return facts<RootFacts>({ ...table, loaderFacts: (value) => loader.mapFacts(value, map) })(root, map);
}

/** The files with one of these roles that were read in a root. */
export function filesOf(
  root: RootFacts,
  roles: readonly FileRole[],
  loader: Pick<Loader, 'mapFacts'>,
): readonly FileText[] {
  const found: FileText[] = [];
  const collect = (file: FileText, role: FileRole): FileText => {
    if (roles.includes(role)) found.push(file);
    return file;
  };
  mapPaths(root, { path: (path) => path, file: collect }, loader);
  return found;
}

const table: Omit<Table<RootFacts>, 'loaderFacts'> = {
  // The subvolume says where the root lies. That is no path inside the root.
  subvolume: noPath,
  mark: noPath,
  born: noPath,
  unsafe: noPath,
  readOnly: noPath,
  fstab: file('fstab'),
  osRelease: file('osRelease'),
  commandLine: file('commandLine'),
  loaderSetting,
  config: file('config'),
  copiesAtBoot: noPath,
  hasBeHook: noPath,
  blsEntries: each(file('blsEntry')),
  boot,
  moduleReleases: noPath,
  moduleImages: each<BootFile>(bootFile),
  privateBoot: facts<PrivateBootFacts>({
    files: each<StampedFile>(bootFile),
    blsEntries: each(file('blsEntry')),
    variables: each(file('loaderVariables')),
  }),
  init: noPath,
};
