import { editFstab, escapeOctal } from '../formats/fstab.ts';
import { entrySubvolume, isRootEntry, mayBeBtrfs } from '../formats/fstab-subvolume.ts';
import { type Retarget, retargetBlsEntry, retargetCommandLine } from '../formats/retarget.ts';
import type { FileText, RootFacts, Subvolume } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import type { Volume } from '../model/volume.ts';
import { chooseNone, chooseSubvolume, subvolumeOption } from './choose-subvolume.ts';
import type { Loader } from './loader.ts';
import type { FileRole, LoaderFileRole } from './path-map.ts';
import { mapPaths } from './root-paths.ts';
import type { World } from './world.ts';
import { writeFiles } from './write-files.ts';

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
  /** The path of the subvolume that was its /boot; undefined for a directory of the root. */
  readonly boot: string | undefined;
  /** Makes an fstab name this file system and the copied subvolumes. Returns the same problems as `parseFstab`. */
  readonly translate: (fstab: string) => string | Problem;
}

/** A copied root whose files name the copy. */
export interface RetargetedRoot {
  readonly root: RootFacts;
  readonly steps: readonly Step[];
  /** Warnings about files that still do not name the copy, and that are not needed to boot it. */
  readonly warnings: readonly Problem[];
}

/** The edit that makes a file name the copy; undefined for a file that names no root. */
type Edits = Readonly<Record<FileRole, ((text: string, path: string) => string | Problem) | undefined>>;

/**
 * Edits the files of a copied root so that they name the copy instead of the source. Returns the steps and the facts
 * that be-hook will observe. Returns a problem if it cannot interpret a file.
 */
export function retargetRoot(
  root: RootFacts,
  set: CopiedSet,
  { observation, loader, state }: World,
): RetargetedRoot | Problem {
  const { filesystem } = observation;
  const location = { filesystemUuid: filesystem.uuid, subvolume: root.subvolume };
  const origin = set.origin ?? originOf(set.source, filesystem.uuid);
  const { followsDefault } = state;
  const [from, to] = [origin.boot, bootVolumeOf(root)];
  // Paths that begin at the default subvolume lead through the root.
  const boot = followsDefault || from === undefined || to === undefined ? undefined : { from, to };
  const place = { from: origin.path, fromUuid: origin.uuid, to: location, boot, followsDefault };
  const ofLoader = loader.retarget(root, place);
  const retarget: Retarget = { ...place, relative: ofLoader.relative };
  const edits: Edits = {
    fstab: (text, path) => {
      const translated = origin.translate(text);
      return isProblem(translated) ? translated : retargetFstab(translated, path, set, { observation, state });
    },
    blsEntry: (text) => retargetBlsEntry(text, retarget),
    commandLine: (text) => retargetCommandLine(text, retarget),
    osRelease: undefined,
    loaderType: undefined,
    tunedOptions: undefined,
    config: undefined,
    ...noLoaderEdits,
    ...ofLoader.edits,
  };
  const edited = editFiles(root, edits, loader);
  if (isProblem(edited)) return edited;
  return { root: edited.changed, steps: writeChanged(edited.files), warnings: ofLoader.warnings };
}

const noLoaderEdits: Readonly<Record<LoaderFileRole, undefined>> = {
  loaderSettings: undefined,
  loaderVariables: undefined,
  distributionMenu: undefined,
  menu: undefined,
  generatorScript: undefined,
};

/** The names in the files of a root on this machine. */
function originOf(source: RootFacts, uuid: string): Origin {
  return { path: source.subvolume.path, uuid, boot: bootVolumeOf(source), translate: (text) => text };
}

function bootVolumeOf({ boot }: RootFacts): string | undefined {
  return boot.kind === 'directory' ? boot.subvolume : undefined;
}

interface EditedFile {
  readonly role: FileRole;
  readonly before: FileText;
  readonly after: FileText;
}

function editFiles(
  root: RootFacts,
  edits: Edits,
  loader: Loader,
): { readonly changed: RootFacts; readonly files: readonly EditedFile[] } | Problem {
  const files: EditedFile[] = [];
  const problems: Problem[] = [];
  const edited = (before: FileText, role: FileRole): FileText => {
    const text = before.kind === 'text' ? edits[role]?.(before.text, before.path) : undefined;
    if (isProblem(text)) problems.push(text);
    const after = before.kind !== 'text' || text === undefined || isProblem(text) ? before : { ...before, text };
    files.push({ role, before, after });
    return after;
  };
  const changed = mapPaths(root, { path: (path) => path, file: edited }, loader);
  return problems[0] ?? { changed, files };
}

/** The order of writing. Files of the same rank keep the order of observation. */
const ranks: Readonly<Partial<Record<FileRole, number>>> = {
  fstab: 0,
  blsEntry: 1,
  distributionMenu: 2,
  loaderVariables: 2,
  loaderSettings: 3,
  commandLine: 4,
};

/**
 * The command line comes last, and be-hook writes it whenever it writes the settings of the boot loader. If it is older than these, the
 * next kernel installation generates it again.
 */
function writeChanged(files: readonly EditedFile[]): readonly Step[] {
  const isChanged = ({ before, after }: EditedFile): boolean => textOf(before) !== textOf(after);
  const defaults = files.some((candidate) => candidate.role === 'loaderSettings' && isChanged(candidate));
  const written = files.filter((candidate) => isChanged(candidate) || (defaults && candidate.role === 'commandLine'));
  const reason = 'it must name the copy';
  const ordered = [...written].sort((a, b) => (ranks[a.role] ?? 0) - (ranks[b.role] ?? 0));
  return writeFiles(
    ordered.map(({ after }) => after),
    reason,
  );
}

function textOf(file: FileText | undefined): string | undefined {
  return file?.kind === 'text' ? file.text : undefined;
}

function retargetFstab(
  text: string,
  path: string,
  { source, copies, shared }: CopiedSet,
  { observation, state }: Pick<World, 'observation' | 'state'>,
): string | Problem {
  const moved = new Map(copies.map(({ from, to }) => [from.id, to]));
  const edited = editFstab(text, path, (entry) => {
    const own = isRootEntry(entry) ? source.subvolume : entrySubvolume(entry, observation);
    if (own === undefined || !mayBeBtrfs(entry)) return undefined;
    // The top level keeps its line, also if the copied system ran from the top level.
    if (own.path === '' && !isRootEntry(entry)) return undefined;
    const followsDefault = isRootEntry(entry) && state.followsDefault;
    const options = followsDefault ? chooseNone(entry) : chooseSubvolume(entry, moved.get(own.id) ?? own);
    return options.join(',') === entry.options.join(',') ? undefined : { options };
  });
  if (isProblem(edited)) return edited;
  const lines = shared
    .filter(({ nested }) => nested)
    .map(({ subvolume, mountpoint }) => {
      const flag = escapeOctal(subvolumeOption(subvolume, '/'));
      return `UUID=${observation.filesystem.uuid} ${escapeOctal(mountpoint)} btrfs ${flag} 0 0\n`;
    });
  const end = lines.length === 0 || edited === '' || edited.endsWith('\n') ? '' : '\n';
  return edited + end + lines.join('');
}
