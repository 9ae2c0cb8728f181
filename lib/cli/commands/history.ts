import { readHistory } from '../../app/history.ts';
import { visible } from '../../model/visible.ts';
import { type Command, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { printJson } from '../output/json.ts';
import type { HistoryData } from '../output/schema/history.ts';
import { printTable } from '../output/table.ts';
import { printTime } from '../output/time.ts';
import { whereOf } from '../where.ts';

/** `be-hook history` */
export const historyCommand: Command = {
  name: 'history',
  group: 'inspect',
  summary: 'show who changed what, and when',
  examples: [
    { line: 'be-hook history', does: 'show the changes' },
    { line: 'be-hook history --json', does: 'the same for a script' },
  ],
  arguments: [],
  options: [...filesystemOptions, jsonOption],
};

/** Carries out `be-hook history`. */
export const runHistory: Run = async ({ options, flags }) => {
  const entries = await readHistory(whereOf(options));
  const data: HistoryData = { version: 1, entries };
  if (flags.has('json')) return { stdout: printJson(data), messages: [], exitCode: 0 };
  const rows = entries.map(({ time, user, command }) => [
    printTime(time),
    visible(user),
    visible(command.map(quote).join(' ')),
  ]);
  return {
    stdout: rows.length === 0 ? '' : printTable([['TIME', 'USER', 'COMMAND'], ...rows]),
    messages: [],
    exitCode: 0,
  };
};

/** Quotes an argument for a shell, where it needs that. */
function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
