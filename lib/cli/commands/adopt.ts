import { adopt } from '../../app/adopt.ts';
import type { Command } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';
import { readRootIntent, rootArguments, rootOptions } from '../root-intent.ts';

/** `be-hook adopt` */
export const adoptCommand: Command = {
  name: 'adopt',
  summary: 'make a root subvolume a boot environment; without one, the running root',
  arguments: rootArguments,
  options: rootOptions,
  run: async (invocation) => {
    const plan = await adopt(actOptions(invocation), readRootIntent(invocation));
    return answerPlan(plan, invocation);
  },
};
