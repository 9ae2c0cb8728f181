import { editFstab, escapeOctal } from '../formats/fstab.ts';
import {
  hasRelativePaths,
  type Retarget,
  retargetBlsEntry,
  retargetCommandLine,
  retargetGrubCfg,
  retargetGrubDefaults,
  retargetGrubEnvironment,
} from '../formats/retarget.ts';
import type { FileText, Observation, RootFacts, Subvolume } from '../model/observation.ts';
import { BeHookError, type Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import type { Volume } from '../model/volume.ts';
import { chooseSubvolume, subvolumeOption } from './choose-subvolume.ts';
import { entrySubvolume, isRootEntry, mayBeBtrfs } from './interpret/volumes.ts';
import { type FileRole, mapPaths } from './root-paths.ts';

/** One copied subvolume; `volume` is undefined for the root. */
export interface Copy {
  readonly volume: Volume | undefined;
  readonly from: Subvolume;
  readonly to: Subvolume;
}

/** The sources of the copy of a root. */
export interface CopiedSet {
  readonly source: RootFacts;
  /** The root first. */
  readonly copies: readonly Copy[];
  readonly shared: readonly Volume[];
  readonly origin: Origin | undefined;
}

/** The meaning of names in the files of a copied root, if it differs from their meaning on this machine. */
export interface Origin {
  /** The uuid of the file system to which the names refer. */
  readonly uuid: string;
  /** The path of the root in that file system. */
  readonly path: string;
  /** Makes an fstab name this file system and the copied subvolumes. Throws the same problems as `parseFstab`. */
  readonly translate: (fstab: string) => string;
}

/** A copied root whose files name the copy. */
export interface RetargetedRoot {
  readonly root: RootFacts;
  readonly steps: readonly Step[];
  /** Warnings about files that still do not name the copy, and that are not needed to boot it. */
  readonly warnings: readonly Problem[];
}

/** The edit that makes a file name the copy; undefined for a file that names no root. */
type Edits = Readonly<Record<FileRole, ((text: string, path: string) => string) | undefined>>;

/**
 * Edits the files of a copied root so that they name the copy instead of the source. Returns the steps and the facts
 * that be-hook will observe. Returns a problem if it cannot interpret a file.
 */
export function retargetRoot(root: RootFacts, set: CopiedSet, observation: Observation): RetargetedRoot | Problem {
  const { filesystem } = observation;
  const location = { filesystemUuid: filesystem.uuid, subvolume: root.subvolume };
  const { origin = { path: set.source.subvolume.path, uuid: filesystem.uuid, translate: (text: string) => text } } =
    set;
  const relative = root.menuDirectories.some(({ grubCfg }) => hasRelativePaths(textOf(grubCfg) ?? ''));
  const retarget: Retarget = { from: origin.path, fromUuid: origin.uuid, to: location, relative };
  const edits: Edits = {
    fstab: (text, path) => retargetFstab(origin.translate(text), path, set, observation),
    blsEntry: (text) => retargetBlsEntry(text, retarget),
    grubCfg: (text) => retargetGrubCfg(text, retarget),
    grubenv: (text) => retargetGrubEnvironment(text, retarget) ?? text,
    grubDefaults: (text) => retargetGrubDefaults(text, retarget),
    commandLine: (text) => retargetCommandLine(text, retarget),
    osRelease: undefined,
    loaderType: undefined,
    tunedOptions: undefined,
    config: undefined,
    // be-hook writes the menu of all boot environments again, with the copy in it.
    menu: undefined,
    generatorScript: undefined,
  };
  try {
    const { changed, files } = editFiles(root, edits);
    const warnings = root.menuDirectories.flatMap(({ grubenv }) => findDamage(grubenv, retarget));
    return { root: changed, steps: writeChanged(files), warnings };
  } catch (error) {
    if (error instanceof BeHookError) return error.problem;
    throw error;
  }
}

interface EditedFile {
  readonly role: FileRole;
  readonly before: FileText;
  readonly after: FileText;
}

function editFiles(
  root: RootFacts,
  edits: Edits,
): { readonly changed: RootFacts; readonly files: readonly EditedFile[] } {
  const files: EditedFile[] = [];
  const changed = mapPaths(root, {
    path: (path) => path,
    file: (before, role) => {
      const edit = edits[role];
      const after =
        before.kind !== 'text' || edit === undefined ? before : { ...before, text: edit(before.text, before.path) };
      files.push({ role, before, after });
      return after;
    },
  });
  return { changed, files };
}

/**
 * A grubenv that be-hook does not edit. Either GRUB could not read the result, or be-hook cannot read the present
 * block.
 */
function findDamage(grubenv: FileText, retarget: Retarget): readonly Problem[] {
  if (grubenv.kind !== 'text' || retargetGrubEnvironment(grubenv.text, retarget) !== undefined) return [];
  const why = 'it is not a GRUB environment block of 1024 bytes with room for the path of the copy';
  const hint =
    'regenerate it inside the copy with grub2-mkconfig (or grub-editenv FILE create); until then be-hook does not change it';
  return [{ code: 'file-malformed', path: grubenv.path, line: undefined, why, hint }];
}

/** The order of writing. Files of the same rank keep the order of observation. */
const ranks: Readonly<Partial<Record<FileRole, number>>> = {
  fstab: 0,
  blsEntry: 1,
  grubCfg: 2,
  grubenv: 2,
  grubDefaults: 3,
  commandLine: 4,
};

/**
 * The command line comes last, and be-hook writes it whenever it writes GRUB's defaults. If it is older than these, the
 * next kernel installation generates it again.
 */
function writeChanged(files: readonly EditedFile[]): readonly Step[] {
  const isChanged = ({ before, after }: EditedFile): boolean => textOf(before) !== textOf(after);
  const defaults = files.some((candidate) => candidate.role === 'grubDefaults' && isChanged(candidate));
  const written = files.filter((candidate) => isChanged(candidate) || (defaults && candidate.role === 'commandLine'));
  const reason = 'it must name the copy';
  return [...written]
    .sort((a, b) => (ranks[a.role] ?? 0) - (ranks[b.role] ?? 0))
    .flatMap(({ after: file }): readonly Step[] =>
      file.kind === 'text'
        ? [
            {
              kind: 'write-file',
              on: 'root',
              path: file.path,
              text: file.text,
              mode: 0o644,
              labelLike: undefined,
              reason,
            },
          ]
        : [],
    );
}

function textOf(file: FileText | undefined): string | undefined {
  return file?.kind === 'text' ? file.text : undefined;
}

function retargetFstab(
  text: string,
  path: string,
  { source, copies, shared }: CopiedSet,
  observation: Observation,
): string {
  const moved = new Map(copies.map(({ from, to }) => [from.id, to]));
  const edited = editFstab(text, path, (entry) => {
    const own = isRootEntry(entry) ? source.subvolume : entrySubvolume(entry, observation);
    if (own === undefined || !mayBeBtrfs(entry)) return undefined;
    // The top level keeps its line, also if the copied system ran from the top level.
    if (own.path === '' && !isRootEntry(entry)) return undefined;
    const options = chooseSubvolume(entry, moved.get(own.id) ?? own);
    return options.join(',') === entry.options.join(',') ? undefined : { options };
  });
  const lines = shared
    .filter(({ nested }) => nested)
    .map(({ subvolume, mountpoint }) => {
      const flag = escapeOctal(subvolumeOption(subvolume, '/'));
      return `UUID=${observation.filesystem.uuid} ${escapeOctal(mountpoint)} btrfs ${flag} 0 0\n`;
    });
  const end = lines.length === 0 || edited === '' || edited.endsWith('\n') ? '' : '\n';
  return edited + end + lines.join('');
}
