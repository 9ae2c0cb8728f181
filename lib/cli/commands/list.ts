import { BeHookError } from '../../model/problem.ts';
import {
  type Command,
  type CommandResult,
  filesystemOptions,
  type Invocation,
  jsonOption,
  type Run,
} from '../command.ts';
import { type Listing, makeListing, type SortKey, sortKeys, sortListing } from '../listing.ts';
import { showsColours } from '../output/colour.ts';
import { printFields } from '../output/list-fields.ts';
import { printListJson, problemsOf } from '../output/list-json.ts';
import { printList } from '../output/list-table.ts';
import { problemLines } from '../output/problem.ts';
import { describeCounts } from '../output/space.ts';
import { showsProgress } from '../perform.ts';
import { whereOf } from '../where.ts';

/** `be-hook list` */
export const listCommand: Command = {
  name: 'list',
  group: 'daily',
  summary: 'list boot environments (N running, R default, T once)',
  examples: [
    { line: 'be-hook list', does: 'list the boot environments' },
    { line: 'be-hook list --all', does: 'list their snapshots and volumes too' },
  ],
  arguments: [{ name: 'NAME', optional: true }],
  options: [
    { name: 'all', short: 'a', summary: 'show snapshots and volumes too' },
    { name: 'snapshots', short: 's', summary: 'show snapshots too' },
    { name: 'parsable', short: 'H', summary: 'print fields between semicolons, as beadm does' },
    { name: 'sort', value: 'KEY', summary: `sort by ${sortKeys.join(', ')}` },
    { name: 'space', summary: 'measure the space that nothing else shares (slow)' },
    { name: 'quick', summary: 'omit SPACE, which waits for pending writes' },
    ...filesystemOptions,
    jsonOption,
  ],
};

/** Carries out `be-hook list`. */
export const runList: Run = async (invocation) => {
  const { arguments: names, options, flags } = invocation;
  const sort = readSortKey(options.get('sort'));
  const listing = await makeListing({
    where: whereOf(options),
    name: names[0],
    snapshots: flags.has('snapshots') || flags.has('all'),
    measure: readMeasure(flags),
    ...(showsProgress(invocation) ? { progress: showProgress } : {}),
  });
  const { state, listed } = listing;
  return result({ state, listed: sort === undefined ? listed : sortListing(listed, sort) }, invocation);
};

function result(listing: Listing, { arguments: names, flags }: Invocation): CommandResult {
  const { state, listed } = listing;
  if (flags.has('json')) return { stdout: printListJson(listing), messages: [], exitCode: 0 };
  const total = flags.has('all');
  const snapshots = total || flags.has('snapshots');
  if (flags.has('parsable')) {
    return { stdout: printFields(listed, { snapshots, subvolumes: total }), messages: [], exitCode: 0 };
  }
  const usage = flags.has('space');
  const own = listed.flatMap(({ environment }) => problemsOf(environment));
  const problems = names.length === 0 ? [...state.problems, ...own] : own;
  const none = listed.length === 0 ? problemLines([{ code: 'no-environments' }], 'warning') : [];
  const [first] = listed;
  const counts = usage && process.stderr.isTTY && first !== undefined ? [describeCounts(first.space)] : [];
  const data = printList(listed, {
    snapshots,
    volumes: total,
    usage,
    colours: showsColours(process.stdout, process.env),
  });
  return { stdout: data, messages: [...counts, ...none, ...problemLines(problems, 'warning')], exitCode: 0 };
}

function readSortKey(text: string | undefined): SortKey | undefined {
  const key = sortKeys.find((candidate) => candidate === text);
  if (text !== undefined && key === undefined)
    throw usageError(`cannot sort by “${text}”; use one of: ${sortKeys.join(', ')}`);
  return key;
}

function readMeasure(flags: ReadonlySet<string>): 'nothing' | 'written' | 'usage' {
  if (flags.has('json') && flags.has('parsable')) throw usageError('--json and -H cannot go together');
  if (!flags.has('quick')) return flags.has('space') ? 'usage' : 'written';
  if (flags.has('space')) throw usageError('--space and --quick cannot go together');
  return 'nothing';
}

function usageError(text: string): BeHookError {
  return new BeHookError({ code: 'usage', text: `list: ${text}` });
}

/** Shows the progress of a long measurement on a terminal, in a line that it erases later. */
function showProgress(done: number, total: number): void {
  process.stderr.write(done === total ? '\r\u001b[K' : `\r\u001b[Klooking through ${done + 1} of ${total}`);
}
