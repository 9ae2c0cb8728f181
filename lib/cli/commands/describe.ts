import { describe } from '../../app/describe.ts';
import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';
import { readDescription } from '../read.ts';

/** `be-hook describe` */
export const describeCommand: Command = {
  name: 'describe',
  summary: 'describe a boot environment; the boot menu shows it',
  arguments: [{ name: 'NAME' }, { name: 'TEXT', mayBeEmpty: true }],
  options: [filesystemOption, dryRunOption, jsonOption],
  run: async (invocation) => {
    const [first = '', second = ''] = invocation.arguments;
    const plan = await describe(actOptions(invocation), first, readDescription(second));
    return answerPlan(plan, invocation);
  },
};
