import { hold } from '../../app/hold.ts';
import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook release` */
export const releaseCommand: Command = {
  name: 'release',
  summary: 'let a held boot environment be destroyed again',
  arguments: [{ name: 'NAME' }],
  options: [filesystemOption, dryRunOption, jsonOption],
  run: async (invocation) => {
    const [first = ''] = invocation.arguments;
    const plan = await hold(actOptions(invocation), first, false);
    return answerPlan(plan, invocation);
  },
};
