import { parseSubvolumeList, type SubvolumeListing } from '../formats/btrfs-subvolumes.ts';
import type { Subvolume } from '../model/observation.ts';
import { BeHookError } from '../model/problem.ts';
import { findBeneath, using } from './beneath.ts';
import { defaultSubvolume, parseDefault, showById, subvolumeId, subvolumeInode } from './btrfs.ts';
import { stat } from './files.ts';
import { listDeep } from './list-deep.ts';
import { query, queryTwice } from './query.ts';
import type { SessionPlace } from './session.ts';
import { pathsOf } from './subvolume-paths.ts';

/** Subvolumes, and which of them are read-only. */
export interface SubvolumeFacts extends SubvolumeListing {
  /** Ids. */
  readonly readOnly: ReadonlySet<number>;
  /** Id of the one that is mounted where nothing chooses one. */
  readonly standard: number;
}

/**
 * All subvolumes below a mounted top level, by one call: one `show` for each would be quadratic. A line that clashes with
 * another one, or whose path leads to no subvolume, is doubtful: it is made up by a line break in a name, or users moved
 * the subvolume while the list was made. Then the kernel is asked by the id. What is ambiguous after that has a line break
 * in its name, or is listed again although no subvolume has the id.
 */
export async function listSubvolumes(place: SessionPlace & { readonly source: string }): Promise<SubvolumeFacts> {
  try {
    return await listByPath(place);
  } catch (error) {
    if (!(error instanceof BeHookError && error.problem.code === 'tool-failed')) throw error;
    if (!error.problem.output.includes('File name too long')) throw error;
  }
  const standard = await defaultSubvolume(place.top);
  const { subvolumes, unreachable, readOnly } = await listDeep(place.top, place.source);
  return { subvolumes, ambiguous: unreachable, readOnly, standard };
}

async function listByPath(place: SessionPlace): Promise<SubvolumeFacts> {
  const { top } = place;
  const { all, flagged, standard } = await readLists(top);
  const listing = parseSubvolumeList(all);
  const there = new Set(listing.subvolumes.filter(({ path }) => isSubvolume(top, path)));
  const doubtful = [...listing.ambiguous, ...listing.subvolumes.filter((line) => !there.has(line))];
  const { confirmed, ambiguous } = await confirm(place, doubtful);
  const { subvolumes: frozen } = parseSubvolumeList(flagged);
  const subvolumes = [...there, ...confirmed];
  const readOnly = new Set<number>();
  for (const one of subvolumes) {
    // In the list of the read-only ones a line that is made up may stand alone.
    const clashes = listing.ambiguous.some(({ id }) => id === one.id);
    if (clashes ? await isReadOnly(top, one) : has(frozen, one)) readOnly.add(one.id);
  }
  return { subvolumes, ambiguous, readOnly, standard };
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

/** How often a subvolume is asked for. */
const rounds = 4;

/** While a subvolume gets another name, the kernel finds it neither by its id nor in the list, for an instant. */
async function confirm(place: SessionPlace, doubtful: readonly Subvolume[]): Promise<Confirmation> {
  const confirmed: Subvolume[] = [];
  const broken = new Set<number>();
  let lines = doubtful;
  for (let round = 1; round <= rounds; round += 1) {
    const isOpen = (line: Subvolume): boolean => !broken.has(line.id) && !has(confirmed, line);
    const ids = lines.filter(isOpen).map(({ id }) => id);
    for (const [id, path] of await pathsOf(place.top, [...new Set(ids)])) {
      // A name with a line break can make up what `show` prints.
      const found = path.includes('\n') ? undefined : await showById(place, id, path);
      if (found !== undefined) confirmed.push(found);
      else if (path.includes('\n')) broken.add(id);
    }
    if (!lines.some(isOpen)) break;
    // What is not listed again was deleted.
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

const listArgs = ['subvolume', 'list', '-p', '-c', '-g', '-u', '-q', '-R'];

async function list(top: string, ...flags: readonly string[]): Promise<string> {
  const { stdout } = await query('btrfs', [...listArgs, ...flags, top]);
  return stdout;
}

/** The list of all goes to its output; that of the read-only ones and the default, side by side with it, to the other one. */
const listing = `
top=$1
shift
btrfs "$@" "$top" &
{ btrfs "$@" -r "$top" && printf '\\0' && btrfs subvolume get-default "$top"; } >&3 || exit
wait $!`;

/**
 * A shell starts the three programs in less time than Node.js starts one. Where one of them fails, each is asked by itself,
 * for an error that tells which one and why.
 */
async function readLists(
  top: string,
): Promise<{ readonly all: string; readonly flagged: string; readonly standard: number }> {
  const args = ['-c', listing, 'be-hook', top, ...listArgs];
  const { status, stdout, stderr, extra } = await queryTwice('sh', args, { name: 'btrfs', expect: 'any' });
  if (status !== 0) {
    const [all, flagged] = await Promise.all([list(top), list(top, '-r')]);
    return { all, flagged, standard: await defaultSubvolume(top) };
  }
  const [flagged = '', standard = ''] = extra.split('\0');
  return { all: stdout, flagged, standard: parseDefault({ status, stdout: standard, stderr }) };
}
