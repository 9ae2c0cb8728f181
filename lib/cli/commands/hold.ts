import { hold } from '../../app/commands.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook hold` */
export const holdCommand: Command = {
  name: 'hold',
  group: 'daily',
  summary: 'protect a boot environment from deletion',
  examples: [
    { line: 'be-hook hold stable', does: 'protect an environment' },
    { line: 'be-hook hold --filesystem /dev/sdb2 stable', does: 'protect it on another disk' },
  ],
  arguments: [{ name: 'NAME' }],
  options: [...filesystemOptions, dryRunOption, jsonOption],
};

/** Carries out `be-hook hold`. */
export const runHold: Run = async (invocation) => {
  const [first = ''] = invocation.arguments;
  const plan = await hold(actOptions(invocation), first, true);
  return answerPlan(plan, invocation);
};
