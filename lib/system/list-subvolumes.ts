import { parseSubvolumeList, type SubvolumeListing } from '../formats/btrfs-subvolumes.ts';
import type { Subvolume } from '../model/observation.ts';
import { BeHookError } from '../model/problem.ts';
import { findBeneath, using } from './beneath.ts';
import { askDefault, defaultSubvolume, parseDefault, showById, subvolumeId, subvolumeInode } from './btrfs.ts';
import { listArgs } from './companion-command.ts';
import { stat } from './files.ts';
import type { SubvolumeLists } from './first-lists.ts';
import { listDeep } from './list-deep.ts';
import { query, queryTwice } from './query.ts';
import type { Session, SessionPlace } from './session.ts';
import { pathsOf } from './subvolume-paths.ts';

/** Subvolumes, and which of them are read-only. */
export interface SubvolumeFacts extends SubvolumeListing {
  /** The ids of the read-only subvolumes. */
  readonly readOnly: ReadonlySet<number>;
  /** Id of the default subvolume, which the kernel mounts when no mount option names a subvolume. */
  readonly defaultId: number;
}

/** The place of an opened file system, with the lists that its companion printed. */
type ListedPlace = SessionPlace & Pick<Session, 'source' | 'takeLists'>;

/**
 * All subvolumes below a mounted top level, from one list: one `show` for each subvolume would take quadratic time. A line
 * is doubtful if it conflicts with another line, or if its path leads to no subvolume. Then a line break in a name forged
 * it, or users moved the subvolume meanwhile. For doubtful lines be-hook asks the kernel by the id. A subvolume that is
 * ambiguous after that has a line break in its name, or is listed again although no subvolume has the id.
 */
export async function listSubvolumes(place: ListedPlace): Promise<SubvolumeFacts> {
  try {
    return await listByPath(place);
  } catch (error) {
    if (!(error instanceof BeHookError && error.problem.code === 'tool-failed')) throw error;
    if (!error.problem.output.includes('File name too long')) throw error;
  }
  const defaultId = await defaultSubvolume(place.top);
  const { subvolumes, unreachable, readOnly } = await listDeep(place.top, place.source);
  return { subvolumes, ambiguous: unreachable, readOnly, defaultId };
}

async function listByPath(place: ListedPlace): Promise<SubvolumeFacts> {
  const { top } = place;
  const { all, flagged, standard } = (await place.takeLists()) ?? (await queryLists(top));
  const defaultId = parseDefault(standard);
  const listing = parseSubvolumeList(all);
  const there = new Set(listing.subvolumes.filter(({ path }) => isSubvolume(top, path)));
  const doubtful = [...listing.ambiguous, ...listing.subvolumes.filter((line) => !there.has(line))];
  const { confirmed, ambiguous } = await confirm(place, doubtful);
  const { subvolumes: frozen } = parseSubvolumeList(flagged);
  const subvolumes = [...there, ...confirmed];
  const readOnly = new Set<number>();
  for (const subvolume of subvolumes) {
    // In the list of read-only subvolumes a forged line may conflict with no other line.
    const clashes = listing.ambiguous.some(({ id }) => id === subvolume.id);
    if (clashes ? await isReadOnly(top, subvolume) : has(frozen, subvolume)) readOnly.add(subvolume.id);
  }
  return { subvolumes, ambiguous, readOnly, defaultId };
}

async function isReadOnly(top: string, { id, path }: Subvolume): Promise<boolean> {
  const directory = findBeneath(top, path);
  if (directory === undefined) return false;
  return await using(directory, async (open) => {
    if ((await subvolumeId(open)) !== id) return false;
    const { stdout } = await query('btrfs', ['property', 'get', '-ts', open.path, 'ro']);
    return stdout.trim() === 'ro=true';
  });
}

interface Confirmation {
  readonly confirmed: readonly Subvolume[];
  readonly ambiguous: readonly Subvolume[];
}

/** How often be-hook asks the kernel for a subvolume. */
const rounds = 4;

/** While a user renames a subvolume, the kernel for an instant finds it neither by its id nor in the list. */
async function confirm(place: SessionPlace, doubtful: readonly Subvolume[]): Promise<Confirmation> {
  const confirmed: Subvolume[] = [];
  const broken = new Set<number>();
  let lines = doubtful;
  for (let round = 1; round <= rounds; round += 1) {
    const isOpen = (line: Subvolume): boolean => !broken.has(line.id) && !has(confirmed, line);
    const ids = lines.filter(isOpen).map(({ id }) => id);
    for (const [id, path] of await pathsOf(place.top, [...new Set(ids)])) {
      // A name with a line break can forge the output of `show`.
      const found = path.includes('\n') ? undefined : await showById(place, id, path);
      if (found !== undefined) confirmed.push(found);
      else if (path.includes('\n')) broken.add(id);
    }
    if (!lines.some(isOpen)) break;
    // A subvolume that is not listed again was deleted.
    const { subvolumes: clean, ambiguous: clashing } = parseSubvolumeList(await list(place.top));
    lines = lines.filter((line) => !isOpen(line) || has([...clean, ...clashing], line));
  }
  return { confirmed, ambiguous: lines.filter((line) => !has(confirmed, line)) };
}

function isSubvolume(top: string, path: string): boolean {
  const found = stat(`${top}/${path}`);
  return found?.kind === 'directory' && found.inode === subvolumeInode;
}

function has(subvolumes: readonly Subvolume[], line: Subvolume): boolean {
  return subvolumes.some(({ id, uuid }) => id === line.id && uuid === line.uuid);
}

async function list(top: string, ...flags: readonly string[]): Promise<string> {
  const { stdout } = await query('btrfs', [...listArgs, ...flags, top]);
  return stdout;
}

/**
 * Prints the list of all subvolumes on standard output. At the same time it prints the list of the read-only subvolumes
 * and the default subvolume on file descriptor 3.
 */
const listing = `
top=$1
shift
btrfs "$@" "$top" &
{ btrfs "$@" -r "$top" && printf '\\0' && btrfs subvolume get-default "$top"; } >&3 || exit
wait $!`;

/**
 * A shell starts the three programs in less time than Node.js starts one program. If a program fails, be-hook starts each
 * program alone, to get an error that names the program and the reason.
 */
async function queryLists(top: string): Promise<SubvolumeLists> {
  const args = ['-c', listing, 'be-hook', top, ...listArgs];
  const { status, stdout, extra } = await queryTwice('sh', args, { name: 'btrfs', expect: 'any' });
  if (status === 0) {
    const [flagged = '', standard = ''] = extra.split('\0');
    return { all: stdout, flagged, standard };
  }
  const [all, flagged] = await Promise.all([list(top), list(top, '-r')]);
  return { all, flagged, standard: await askDefault(top) };
}
