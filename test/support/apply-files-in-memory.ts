import { grub } from '../../lib/bootloaders/grub/backend.ts';
import { grubRoot, type MenuDirectoryFacts } from '../../lib/bootloaders/grub/facts.ts';
import { parseFstab } from '../../lib/formats/fstab.ts';
import { findBootEntry } from '../../lib/formats/fstab-subvolume.ts';
import { readSubvolumeChoice } from '../../lib/formats/subvolume-options.ts';
import type { FileText, Observation, RootFacts } from '../../lib/model/observation.ts';
import { isProblem } from '../../lib/model/problem.ts';
import type { Step } from '../../lib/model/step.ts';
import { firstBootMarkerFile } from '../../lib/plan/defer-copies.ts';
import type { Loader } from '../../lib/plan/loader.ts';
import { moveWithCopies } from '../../lib/plan/move-root.ts';
import type { FileRole } from '../../lib/plan/path-map.ts';
import { filesOf, mapPaths } from '../../lib/plan/root-paths.ts';
import { distributionGrubCfg, noFile, textFile, withGrub } from './builders.ts';
import { jsonFacts, jsonLoader } from './json-loader.ts';

/** The observation after a step that changes files. Throws for a step that names a missing file. */
export function applyToFiles(observation: Observation, step: Step): Observation {
  if (step.kind === 'make-directory') {
    const known = observation.roots.some((root) =>
      grubRoot(root).menuDirectories.some((menuDirectory) => menuDirectory.path === step.path),
    );
    return known
      ? changeHome(observation, step.path, (menuDirectory) => ({ ...menuDirectory, exists: true }))
      : observation;
  }
  if (step.kind === 'write-file') return changeFile(observation, step.path, step.text);
  if (step.kind === 'remove-file') return changeFile(observation, step.path, undefined);
  if (step.kind === 'refresh-distribution-menu') return refresh(observation, step.path);
  throw new Error(`the model does not know the step ${step.kind}`);
}

function changeHome(
  observation: Observation,
  path: string,
  change: (menuDirectory: MenuDirectoryFacts) => MenuDirectoryFacts,
): Observation {
  const places = observation.roots.flatMap((root) => grubRoot(root).menuDirectories.map((known) => known.path));
  if (!places.includes(path)) throw new Error(`there is no menu directory /${path}`);
  const inRoot = (root: RootFacts): RootFacts => {
    const facts = grubRoot(root);
    const menuDirectories = facts.menuDirectories.map((menuDirectory) =>
      menuDirectory.path === path ? change(menuDirectory) : menuDirectory,
    );
    return { ...root, ...withGrub(root, { menuDirectories }) };
  };
  return { ...observation, roots: observation.roots.map(inRoot) };
}

function changeFile(observation: Observation, path: string, text: string | undefined): Observation {
  const file = text === undefined ? noFile(path) : textFile(path, text);
  const ofSystem = changeSystemFile(observation, path, file);
  if (ofSystem !== undefined) return ofSystem;
  // An observation does not contain the files that systemd reads.
  if (path.endsWith(`/${firstBootMarkerFile}`)) return observation;
  const [, directory = '', name = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  const generator = observation.roots.find((root) => grubRoot(root).generatorDirectory === directory);
  if (generator !== undefined && name === '99_be-hook') {
    return changeRoot(observation, generator.subvolume.path, (root) => ({
      ...root,
      ...withGrub(root, { generatorScript: file }),
    }));
  }
  return changeHome(observation, directory, (menuDirectory) => {
    if (text !== undefined && !menuDirectory.exists) throw new Error(`/${directory} was not made before /${path}`);
    const unfinishedWork = menuDirectory.unfinishedWork.filter(
      (candidate) => candidate.path !== path && (text === undefined || candidate.target !== path),
    );
    if (name === 'grub.cfg') return { ...menuDirectory, unfinishedWork, grubCfg: file };
    if (name === 'be-hook.cfg') return { ...menuDirectory, unfinishedWork, menu: file };
    if (text !== undefined || unfinishedWork.length === menuDirectory.unfinishedWork.length)
      throw new Error(`unexpected path /${path}`);
    return { ...menuDirectory, unfinishedWork };
  });
}

/** The boot loader whose observer read a root. */
export function loaderOf(root: RootFacts): Loader {
  return jsonFacts(root) === undefined ? grub : jsonLoader;
}

/** A file that names the root that boots, or the menu of a boot loader that exists only in memory. */
function changeSystemFile(observation: Observation, path: string, file: FileText): Observation | undefined {
  const roles: readonly FileRole[] = ['fstab', 'commandLine', 'loaderSettings', 'blsEntry'];
  const root = observation.roots.find((candidate) => {
    const own = jsonFacts(candidate) === undefined ? roles : [...roles, 'menu' as const];
    return filesOf(candidate, own, loaderOf(candidate)).some((each) => each.path === path);
  });
  if (root === undefined) return undefined;
  const same = (candidate: FileText): FileText => (candidate.path === path ? file : candidate);
  return changeRoot(observation, root.subvolume.path, (found) =>
    withMountedBoot(mapPaths(found, { path: (each) => each, file: same }, loaderOf(found))),
  );
}

/** A root with the files of the subvolume that its fstab mounts on /boot, if that is a copy of the present one. */
function withMountedBoot(root: RootFacts): RootFacts {
  const entries = root.fstab.kind === 'text' ? parseFstab(root.fstab.text) : [];
  const line = isProblem(entries) ? undefined : findBootEntry(entries);
  const now = line && readSubvolumeChoice(line.options).path;
  const before = root.boot.kind === 'directory' ? root.boot.subvolume : undefined;
  if (now === undefined || before === undefined || now === before) return root;
  const path = (each: string): string => moveWithCopies(each, [{ from: { path: before }, to: { path: now } }]);
  return mapPaths(root, { path, file: (each) => ({ ...each, path: path(each.path) }) }, loaderOf(root));
}

/** Like the generator of the distribution: first its own entries, then the output of be-hook's script. */
function refresh(observation: Observation, path: string): Observation {
  const root = observation.roots.find((candidate) =>
    grubRoot(candidate).menuDirectories.some(({ grubCfg }) => grubCfg.path === path),
  );
  if (root?.boot.kind !== 'directory') throw new Error(`there is no menu to refresh in /${path}`);
  const images = root.boot.files.map(({ name }) => name).filter((name) => name.startsWith('vmlinuz-'));
  const { generatorScript } = grubRoot(root);
  const script = generatorScript.kind === 'text' ? generatorScript.text : '';
  const [, ours = ''] = /<<'EOF'\n([\s\S]*)EOF\n/.exec(script) ?? [];
  return changeFile(observation, path, distributionGrubCfg(...images) + ours);
}

/** The observation with another root at this path. */
export function changeRoot(
  observation: Observation,
  path: string,
  change: (root: RootFacts) => RootFacts,
): Observation {
  if (!observation.roots.some((root) => root.subvolume.path === path)) throw new Error(`there is no root /${path}`);
  const roots = observation.roots.map((root) => (root.subvolume.path === path ? change(root) : root));
  return { ...observation, roots };
}
