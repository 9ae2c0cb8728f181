import { editFstab, escapeOctal, type FstabEntry } from '../formats/fstab.ts';
import { subvolumeFlag } from '../formats/kernel-command-line.ts';
import {
  type Retarget,
  retargetBlsEntry,
  retargetCommandLine,
  retargetGrubCfg,
  retargetGrubDefaults,
} from '../formats/retarget.ts';
import type { FileText, Observation, RootFacts, Subvolume } from '../model/observation.ts';
import { BeHookError, type Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import type { Volume } from '../model/volume.ts';
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
}

/**
 * The files of a copied root that have to name the copy instead of what it was copied from (law 7), as steps and as what
 * will be observed. Answers what is not understood instead.
 */
export function retargetRoot(
  root: RootFacts,
  set: CopiedSet,
  observation: Observation,
): { readonly root: RootFacts; readonly steps: readonly Step[] } | Problem {
  const { filesystem } = observation;
  const location = { filesystemUuid: filesystem.uuid, subvolume: root.subvolume };
  const retarget: Retarget = { from: set.source.subvolume.path, to: location };
  const edit = (file: FileText, change: (text: string) => string): FileText =>
    file.kind === 'text' ? { ...file, text: change(file.text) } : file;
  try {
    const changed: RootFacts = {
      ...root,
      fstab: edit(root.fstab, (text) => retargetFstab(text, root.fstab.path, set, observation)),
      grubDefaults: root.grubDefaults.map((file) => edit(file, (text) => retargetGrubDefaults(text, retarget))),
      blsEntries: root.blsEntries.map((file) => edit(file, (text) => retargetBlsEntry(text, retarget))),
      homes: root.homes.map((home) => ({
        ...home,
        grubCfg: edit(home.grubCfg, (text) => retargetGrubCfg(text, retarget)),
      })),
      commandLine: edit(root.commandLine, (text) => retargetCommandLine(text, retarget)),
    };
    return { root: changed, steps: writeChanged(root, changed) };
  } catch (error) {
    if (error instanceof BeHookError) return error.problem;
    throw error;
  }
}

/**
 * The command line comes last and is written whenever GRUB's defaults are: one that is older than these is made anew by
 * the next kernel installation (trap 44).
 */
function writeChanged(before: RootFacts, after: RootFacts): readonly Step[] {
  const files = (root: RootFacts): readonly FileText[] => [
    root.fstab,
    ...root.blsEntries,
    ...root.homes.map(({ grubCfg }) => grubCfg),
    ...root.grubDefaults,
  ];
  const old = files(before);
  const changed = files(after).filter((file, index) => textOf(file) !== textOf(old[index]));
  const defaults = changed.some((file) => after.grubDefaults.includes(file));
  const line = defaults || textOf(before.commandLine) !== textOf(after.commandLine) ? [after.commandLine] : [];
  return [...changed, ...line].flatMap((file): readonly Step[] => {
    const reason = 'it has to name the copy it lies in';
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
    return chooseSubvolume(entry, moved.get(own.id) ?? own);
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

/** The options of a line with `subvol=` in place of whatever chose the subvolume; undefined where nothing changes. */
function chooseSubvolume({ options }: FstabEntry, subvolume: Subvolume): readonly string[] | undefined {
  const chooses = (option: string): boolean => /^subvol(id)?=/.test(option);
  const slash = options.some((option) => option.startsWith('subvol=/')) ? '/' : '';
  const choice = escapeOctal(subvolumeOption(subvolume, slash));
  const place = options.findIndex(chooses);
  const rest = options.filter((option) => !chooses(option));
  const all =
    place < 0
      ? [...rest, choice]
      : [...options.slice(0, place), choice, ...options.slice(place).filter((option) => !chooses(option))];
  return all.join(',') === options.join(',') ? undefined : all;
}

/** A path with a comma cannot be mounted by name at all (btrfs(5)), so that one is chosen by id. */
function subvolumeOption({ id, path }: Subvolume, slash: string): string {
  return path.includes(',') ? subvolumeFlag({ id, path }) : `subvol=${slash}${path}`;
}
