import { collectGarbage } from '../../app/commands.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook gc` */
export const gcCommand: Command = {
  name: 'gc',
  group: 'return',
  summary: 'delete unfinished work and copies of kernels that nothing needs',
  examples: [
    { line: 'be-hook gc --dry-run', does: 'print what would be deleted' },
    { line: 'be-hook gc', does: 'delete it' },
  ],
  arguments: [],
  options: [...filesystemOptions, dryRunOption, jsonOption],
};

/** Carries out `be-hook gc`. */
export const runGc: Run = async (invocation) => answerPlan(await collectGarbage(actOptions(invocation)), invocation);
