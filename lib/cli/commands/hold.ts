import { hold } from '../../app/hold.ts';
import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook hold` */
export const holdCommand: Command = {
  name: 'hold',
  summary: 'keep a boot environment from being destroyed',
  arguments: [{ name: 'NAME' }],
  options: [filesystemOption, dryRunOption, jsonOption],
  run: async (invocation) => {
    const [first = ''] = invocation.arguments;
    const plan = await hold(actOptions(invocation), first, true);
    return answerPlan(plan, invocation);
  },
};
