import { look, pendingSync } from '../../app/inspect.ts';
import type { CommandResult } from '../command.ts';
import { makeListing } from '../listing.ts';
import { activateIt, createIt, renameIt } from './bectl-change.ts';
import { destroyIt } from './bectl-destroy.ts';
import { findProperty, printBectlList, sortBectl } from './bectl-list.ts';
import { jailIt, mountIt, umountIt } from './bectl-mount.ts';
import { bectlStatus } from './bectl-status.ts';
import { exportIt, importIt } from './bectl-stream.ts';
import { bectlUsage, misused, misusedOption, refused } from './bectl-usage.ts';
import { type DialectCommand, problemOf, sentence } from './call.ts';
import { hasEmpty, namedWhere, takeFilesystem } from './filesystem.ts';
import { getopt, readGlobal } from './getopt.ts';

/**
 * be-hook as FreeBSD's bectl(8): its subcommands, options, output and exit statuses. be-hook adds `--filesystem
 * DIR|DEVICE` before or behind the subcommand. `-r` means the same. There are no jails.
 */
export async function bectl(argv: readonly string[]): Promise<CommandResult> {
  const read = readGlobal(argv, 'hr:');
  if ('letter' in read) return misused(`bectl: unknown option '-${read.letter}', or its value is missing`);
  if (read.help) return { stdout: bectlUsage, messages: [], exitCode: 0 };
  const [name, ...rest] = read.rest;
  if (name === undefined) return misused();
  const command = commands.get(name);
  if (command === undefined) return misused(`Unknown command: ${name}`);
  const located = takeFilesystem(rest, read.where, { valued: 'eocCu', first: name === 'jail' });
  if (typeof located === 'string') return misused(`bectl ${name}: ${located}`);
  if (read.where === '' || (name !== 'jail' && hasEmpty(located.argv)))
    return misused(`bectl ${name}: an argument is empty`);
  try {
    return await command({ where: namedWhere(located), argv: located.argv, name, commandLine: ['bectl', ...argv] });
  } catch (error) {
    const problem = problemOf(error);
    return { stdout: '', messages: [`bectl: ${sentence(problem)}`], exitCode: bectlStatus(problem) };
  }
}

/** `bectl check`: prints nothing. */
const check: DialectCommand = async ({ where, argv }) => {
  if (argv.length > 0) return misused('bectl check: wrong number of arguments');
  try {
    const pending = pendingSync(await look(where));
    return { stdout: '', messages: [], exitCode: typeof pending === 'number' ? 0 : bectlStatus(pending) };
  } catch (error) {
    return { stdout: '', messages: [], exitCode: bectlStatus(problemOf(error)) };
  }
};

/** `bectl list [-aDHs] [-c property | -C property]`, by default sorted by name. */
const list: DialectCommand = async ({ where, argv }) => {
  const read = getopt(argv, 'aDHsc:C:');
  if ('letter' in read) return misusedOption('list', read);
  const { values, operands } = read;
  if (operands.length > 0) return misused('bectl list: extra argument provided');
  const order = [...values.keys()].findLast((letter) => letter === 'c' || letter === 'C');
  const reverse = order === 'C';
  const asked = values.get(order ?? '')?.at(-1) ?? 'name';
  const property = findProperty(asked);
  if (property === undefined) return misused(`bectl list: there is no property '${asked}'`);
  const [all, snapshots] = [values.has('a'), values.has('s')];
  const full = values.has('D') && !all && !snapshots;
  const measured = all || snapshots || property === 'usedsnap';
  const measure = full ? 'usage' : 'written';
  const { listed } = await makeListing({ where, name: undefined, snapshots: measured, measure });
  const data = printBectlList(sortBectl(listed, property, reverse), { all, snapshots, script: values.has('H'), full });
  return { stdout: data, messages: [], exitCode: 0 };
};

const unjail: DialectCommand = ({ name }) => Promise.resolve(refused(name, 'there are no jails, so none to leave'));

const commands: ReadonlyMap<string, DialectCommand> = new Map([
  ['activate', activateIt],
  ['check', check],
  ['create', createIt],
  ['destroy', destroyIt],
  ['export', exportIt],
  ['import', importIt],
  ['jail', jailIt],
  ['list', list],
  ['mount', mountIt],
  ['rename', renameIt],
  ['ujail', unjail],
  ['umount', umountIt],
  ['unjail', unjail],
  ['unmount', umountIt],
]);
