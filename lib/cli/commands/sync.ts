import { sync } from '../../app/sync.ts';
import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook sync` */
export const syncCommand: Command = {
  name: 'sync',
  summary: 'bring the boot menu of every boot environment in step with its kernels',
  arguments: [],
  options: [filesystemOption, dryRunOption, jsonOption],
  run: async (invocation) => {
    const plan = await sync(
      { ...actOptions(invocation), look: { uses: 'leftovers' } },
      { refreshDistributionMenu: true },
    );
    return answerPlan(plan, invocation);
  },
};
