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
  const edit = (file: FileText, change: (text: string) => string): FileText =>
    file.kind === 'text' ? { ...file, text: change(file.text) } : file;
  try {
    const changed: RootFacts = {
      ...root,
      fstab: edit(root.fstab, (text) => retargetFstab(origin.translate(text), root.fstab.path, set, observation)),
      grubDefaults: root.grubDefaults.map((file) => edit(file, (text) => retargetGrubDefaults(text, retarget))),
      blsEntries: root.blsEntries.map((file) => edit(file, (text) => retargetBlsEntry(text, retarget))),
      homes: root.homes.map((home) => ({
        ...home,
        grubCfg: edit(home.grubCfg, (text) => retargetGrubCfg(text, retarget)),
        grubenv: edit(home.grubenv, (text) => retargetGrubEnvironment(text, retarget) ?? text),
      })),
      commandLine: edit(root.commandLine, (text) => retargetCommandLine(text, retarget)),
    };
    const warnings = root.homes.flatMap(({ grubenv }) => findDamage(grubenv, retarget));
    return { root: changed, steps: writeChanged(root, changed), warnings };
  } catch (error) {
    if (error instanceof BeHookError) return error.problem;
    throw error;
  }
}

/** A grubenv that is left as it is, because GRUB could not read what we would write, or cannot read what is there. */
function findDamage(grubenv: FileText, retarget: Retarget): readonly Problem[] {
  if (grubenv.kind !== 'text' || retargetGrubEnvironment(grubenv.text, retarget) !== undefined) return [];
  const why = 'it is not a GRUB environment block of 1024 bytes with room for the path of the copy';
  const hint =
    'regenerate it inside the copy with grub2-mkconfig (or grub-editenv FILE create); until then be-hook does not change it';
  return [{ code: 'file-malformed', path: grubenv.path, line: undefined, why, hint }];
}

/**
 * The command line comes last and is written whenever GRUB's defaults are: one that is older than these is made anew by
 * the next kernel installation.
 */
function writeChanged(before: RootFacts, after: RootFacts): readonly Step[] {
  const files = (root: RootFacts): readonly FileText[] => [
    root.fstab,
    ...root.blsEntries,
    ...root.homes.flatMap(({ grubCfg, grubenv }) => [grubCfg, grubenv]),
    ...root.grubDefaults,
  ];
  const old = files(before);
  const changed = files(after).filter((file, index) => textOf(file) !== textOf(old[index]));
  const defaults = changed.some((file) => after.grubDefaults.includes(file));
  const line = defaults || textOf(before.commandLine) !== textOf(after.commandLine) ? [after.commandLine] : [];
  return [...changed, ...line].flatMap((file): readonly Step[] => {
    const reason = 'it must name the copy';
    const { path } = file;
    return file.kind === 'text'
      ? [{ kind: 'write-file', path, text: file.text, mode: 0o644, labelLike: undefined, reason }]
      : [];
  });
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
