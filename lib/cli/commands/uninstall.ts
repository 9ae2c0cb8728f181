import { uninstall } from '../../app/uninstall.ts';
import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook uninstall` */
export const uninstallCommand: Command = {
  name: 'uninstall',
  summary: 'give the boot menu back to the distribution',
  arguments: [],
  options: [filesystemOption, dryRunOption, jsonOption],
  run: async (invocation) => {
    const plan = await uninstall(actOptions(invocation));
    return answerPlan(plan, invocation);
  },
};
