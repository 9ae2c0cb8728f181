import { rename } from '../../app/rename.ts';
import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';
import { readName } from '../read.ts';

/** `be-hook rename` */
export const renameCommand: Command = {
  name: 'rename',
  summary: 'give a boot environment another name; its subvolume stays where it is',
  arguments: [{ name: 'NAME' }, { name: 'NEW-NAME' }],
  options: [filesystemOption, dryRunOption, jsonOption],
  run: async (invocation) => {
    const [first = '', second = ''] = invocation.arguments;
    const plan = await rename(actOptions(invocation), first, readName(second));
    return answerPlan(plan, invocation);
  },
};
