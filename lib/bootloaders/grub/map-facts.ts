import type { LoaderRootFacts } from '../../model/observation.ts';
import { each, facts, file, type MapOf, noPath, onePath, type PathMap } from '../../plan/path-map.ts';
import { type GrubRootFacts, grubRoot, type MenuDirectoryFacts } from './facts.ts';

const directoryOfRoot = facts<MenuDirectoryFacts>({
  on: noPath,
  path: onePath,
  exists: noPath,
  grubCfg: file('distributionMenu'),
  menu: file('menu'),
  grubenv: file('loaderVariables'),
  unfinishedWork: each(facts<MenuDirectoryFacts['unfinishedWork'][number]>({ path: onePath, target: onePath })),
  grubInstalled: noPath,
  grubCfgParses: noPath,
  // No root has such a directory.
  inPlace: noPath,
});

/** A directory on a separate /boot is not below the root. */
const menuDirectory: MapOf<MenuDirectoryFacts> = (value, map) =>
  value.on === 'root' ? directoryOfRoot(value, map) : value;

const rootFacts: MapOf<GrubRootFacts> = facts<GrubRootFacts>({
  loader: noPath,
  defaults: each(file('loaderSettings')),
  menuDirectories: each(menuDirectory),
  generatorDirectory: (path, map) => (path === undefined ? undefined : map.path(path)),
  generatorScript: file('generatorScript'),
});

/** GRUB's facts of a root with every path, and every file that was read, mapped. */
export function mapFacts(loaderFacts: LoaderRootFacts, map: PathMap): GrubRootFacts {
  return rootFacts(grubRoot({ loaderFacts }), map);
}
