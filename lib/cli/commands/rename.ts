import { rename } from '../../app/commands.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';
import { readName } from '../read.ts';

/** `be-hook rename` */
export const renameCommand: Command = {
  name: 'rename',
  group: 'daily',
  summary: 'rename a boot environment',
  examples: [
    { line: 'be-hook rename fedora-2 stable', does: 'rename an environment' },
    { line: 'be-hook rename --dry-run fedora-2 stable', does: 'print the steps first' },
  ],
  arguments: [{ name: 'NAME' }, { name: 'NEW-NAME' }],
  options: [...filesystemOptions, dryRunOption, jsonOption],
};

/** Carries out `be-hook rename`. */
export const runRename: Run = async (invocation) => {
  const [first = '', second = ''] = invocation.arguments;
  const plan = await rename(actOptions(invocation), first, readName(second));
  return answerPlan(plan, invocation);
};
