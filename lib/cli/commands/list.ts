import { BeHookError } from '../../model/problem.ts';
import { type Answer, type Command, filesystemOption, type Invocation, jsonOption } from '../command.ts';
import { type Listing, makeListing, type SortKey, sortKeys, sortListing } from '../listing.ts';
import { showsColours } from '../output/colour.ts';
import { printFields } from '../output/list-fields.ts';
import { printListJson, problemsOf } from '../output/list-json.ts';
import { printList } from '../output/list-table.ts';
import { problemLines } from '../output/problem.ts';
import { describeCounts } from '../output/space.ts';
import { showsProgress } from '../perform.ts';

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
    filesystemOption,
    jsonOption,
  ],
  run: async (invocation) => {
    const { arguments: names, options, switches } = invocation;
    const sort = readSortKey(options.get('sort'));
    const listing = await makeListing({
      where: options.get('filesystem'),
      name: names[0],
      snapshots: switches.has('snapshots') || switches.has('all'),
      measure: readMeasure(switches),
      ...(showsProgress(invocation) ? { progress: showProgress } : {}),
    });
    const { state, listed } = listing;
    return answer({ state, listed: sort === undefined ? listed : sortListing(listed, sort) }, invocation);
  },
};

function answer(listing: Listing, { arguments: names, switches }: Invocation): Answer {
  const { state, listed } = listing;
  if (switches.has('json')) return { data: printListJson(listing), words: [], status: 0 };
  const all = switches.has('all');
  const snapshots = all || switches.has('snapshots');
  if (switches.has('parsable')) {
    return { data: printFields(listed, { snapshots, subvolumes: all }), words: [], status: 0 };
  }
  const usage = switches.has('space');
  const own = listed.flatMap(({ environment }) => problemsOf(environment));
  const problems = names.length === 0 ? [...state.problems, ...own] : own;
  const none = listed.length === 0 ? problemLines([{ code: 'no-environments' }], 'warning') : [];
  const [first] = listed;
  const counts = usage && process.stderr.isTTY && first !== undefined ? [describeCounts(first.space)] : [];
  const data = printList(listed, {
    snapshots,
    volumes: all,
    usage,
    colours: showsColours(process.stdout, process.env),
  });
  return { data, words: [...counts, ...none, ...problemLines(problems, 'warning')], status: 0 };
}

function readSortKey(text: string | undefined): SortKey | undefined {
  const key = sortKeys.find((one) => one === text);
  if (text !== undefined && key === undefined)
    throw usageError(`there is no key “${text}”; say ${sortKeys.join(', ')}`);
  return key;
}

function readMeasure(switches: ReadonlySet<string>): 'nothing' | 'written' | 'usage' {
  if (switches.has('json') && switches.has('parsable')) throw usageError('--json and -H cannot go together');
  if (!switches.has('quick')) return switches.has('space') ? 'usage' : 'written';
  if (switches.has('space')) throw usageError('--space and --quick cannot go together');
  return 'nothing';
}

function usageError(text: string): BeHookError {
  return new BeHookError({ code: 'usage', text: `list: ${text}` });
}

/** Shows the progress of a long measurement on a terminal, in a line that it erases later. */
function showProgress(done: number, all: number): void {
  process.stderr.write(done === all ? '\r\u001b[K' : `\r\u001b[Klooking through ${done + 1} of ${all}`);
}
