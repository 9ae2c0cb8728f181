import { adopt } from '../../app/commands.ts';
import type { Command, Run } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';
import { readRootIntent, rootArguments, rootOptions } from '../root-intent.ts';

/** `be-hook adopt` */
export const adoptCommand: Command = {
  name: 'adopt',
  group: 'setup',
  summary: 'make a root subvolume a boot environment',
  examples: [
    { line: 'be-hook adopt', does: 'adopt the running root' },
    { line: 'be-hook adopt --name old @old', does: 'adopt another root subvolume' },
  ],
  arguments: rootArguments,
  options: rootOptions,
};

/** Carries out `be-hook adopt`. */
export const runAdopt: Run = async (invocation) => {
  const plan = await adopt(actOptions(invocation), readRootIntent(invocation));
  return answerPlan(plan, invocation);
};
