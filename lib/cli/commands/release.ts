import { hold } from '../../app/commands.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook release` */
export const releaseCommand: Command = {
  name: 'release',
  group: 'daily',
  summary: 'release a held boot environment',
  examples: [
    { line: 'be-hook release stable', does: 'release an environment' },
    { line: 'be-hook release --filesystem /dev/sdb2 stable', does: 'release it on another disk' },
  ],
  arguments: [{ name: 'NAME' }],
  options: [...filesystemOptions, dryRunOption, jsonOption],
};

/** Carries out `be-hook release`. */
export const runRelease: Run = async (invocation) => {
  const [first = ''] = invocation.arguments;
  const plan = await hold(actOptions(invocation), first, false);
  return answerPlan(plan, invocation);
};
