import { look, pendingSync } from '../../app/inspect.ts';
import { exitCodes } from '../../model/exit-codes.ts';
import { type Command, filesystemOptions, type Run } from '../command.ts';
import { whereOf } from '../where.ts';

/** `be-hook check` */
export const checkCommand: Command = {
  name: 'check',
  group: 'inspect',
  summary: 'test whether boot environments work here (exit status only)',
  examples: [
    { line: 'be-hook check && be-hook create before-update', does: 'create a copy where that is possible' },
    { line: 'be-hook check --filesystem /mnt', does: 'test another file system' },
  ],
  arguments: [],
  options: [...filesystemOptions],
};

/** Carries out `be-hook check`. */
export const runCheck: Run = async ({ options }) => {
  const pending = pendingSync(await look(whereOf(options)));
  return { stdout: '', messages: [], exitCode: typeof pending === 'number' ? 0 : exitCodes[pending.code] };
};
