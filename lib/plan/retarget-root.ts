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
import { type FileRole, mapPaths } from './root-paths.ts';
import { entrySubvolume, isRootEntry, mayBeBtrfs } from './understand/volumes.ts';

/** One subvolume that is copied; `volume` is undefined for the root. */
export interface Copy {
  readonly volume: Volume | undefined;
  readonly from: Subvolume;
  readonly to: Subvolume;
}

/** What a copy of a root was made of. */
export interface CopiedSet {
  readonly source: RootFacts;
  /** The root first. */
  readonly copies: readonly Copy[];
  readonly shared: readonly Volume[];
  readonly origin: Origin | undefined;
}

/** What the files of a copied root mean, where that is not what they mean here. */
export interface Origin {
  /** Of the file system that they name. */
  readonly uuid: string;
  /** Where the root was in it. */
  readonly path: string;
  /** Makes an fstab name this file system, and what is copied; throws as `parseFstab` does. */
  readonly translate: (fstab: string) => string;
}

/** A copied root whose files name the copy. */
export interface RetargetedRoot {
  readonly root: RootFacts;
  readonly steps: readonly Step[];
  /** Files that could not be made to name the copy and are not needed to boot it. */
  readonly warnings: readonly Problem[];
}

/** What a file becomes that has to name the copy; undefined for one that names no root. */
type Edits = Readonly<Record<FileRole, ((text: string, path: string) => string) | undefined>>;

/**
 * The files of a copied root that have to name the copy instead of what it was copied from, as steps and as what
 * will be observed. Answers what is not understood instead.
 */
export function retargetRoot(root: RootFacts, set: CopiedSet, observation: Observation): RetargetedRoot | Problem {
  const { filesystem } = observation;
  const location = { filesystemUuid: filesystem.uuid, subvolume: root.subvolume };
  const { origin = { path: set.source.subvolume.path, uuid: filesystem.uuid, translate: (text: string) => text } } =
    set;
  const relative = root.homes.some(({ grubCfg }) => hasRelativePaths(textOf(grubCfg) ?? ''));
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
    // The menu of all boot environments is written anew with the copy in it.
    menu: undefined,
    generatorScript: undefined,
  };
  try {
    const { changed, files } = editFiles(root, edits);
    const warnings = root.homes.flatMap(({ grubenv }) => findDamage(grubenv, retarget));
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

/** A grubenv that is left as it is, because GRUB could not read what we would write, or cannot read what is there. */
function findDamage(grubenv: FileText, retarget: Retarget): readonly Problem[] {
  if (grubenv.kind !== 'text' || retargetGrubEnvironment(grubenv.text, retarget) !== undefined) return [];
  const why = 'it is not a GRUB environment block of 1024 bytes with room for the path of the copy';
  const hint =
    'regenerate it inside the copy with grub2-mkconfig (or grub-editenv FILE create); until then be-hook does not change it';
  return [{ code: 'file-malformed', path: grubenv.path, line: undefined, why, hint }];
}

/** In this order; of the same rank as they were observed. */
const ranks: Readonly<Partial<Record<FileRole, number>>> = {
  fstab: 0,
  blsEntry: 1,
  grubCfg: 2,
  grubenv: 2,
  grubDefaults: 3,
  commandLine: 4,
};

/**
 * The command line comes last and is written whenever GRUB's defaults are: one that is older than these is made anew by
 * the next kernel installation.
 */
function writeChanged(files: readonly EditedFile[]): readonly Step[] {
  const isChanged = ({ before, after }: EditedFile): boolean => textOf(before) !== textOf(after);
  const defaults = files.some((one) => one.role === 'grubDefaults' && isChanged(one));
  const written = files.filter((one) => isChanged(one) || (defaults && one.role === 'commandLine'));
  const reason = 'it must name the copy';
  return [...written]
    .sort((a, b) => (ranks[a.role] ?? 0) - (ranks[b.role] ?? 0))
    .flatMap(({ after: file }): readonly Step[] =>
      file.kind === 'text'
        ? [{ kind: 'write-file', path: file.path, text: file.text, mode: 0o644, labelLike: undefined, reason }]
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
    // The top level stays what it is, also where the system that is copied ran from there.
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
