import { inspect, pendingSync } from '../../app/inspect.ts';
import { exitCodes } from '../../model/problem.ts';
import { type Command, filesystemOption } from '../command.ts';

/** `be-hook check` */
export const checkCommand: Command = {
  name: 'check',
  summary: 'say by the exit status alone whether boot environments work here',
  arguments: [],
  options: [filesystemOption],
  run: async ({ options }) => {
    const pending = pendingSync(await inspect(options.get('filesystem')));
    return { data: '', words: [], status: typeof pending === 'number' ? 0 : exitCodes[pending.code] };
  },
};
