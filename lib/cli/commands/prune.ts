import { prune } from '../../app/prune.ts';
import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { actOptions, answerPlan, now } from '../perform.ts';

/** `be-hook prune` */
export const pruneCommand: Command = {
  name: 'prune',
  summary: 'delete boot environments that be-hook made by itself, as be-hook.conf says',
  arguments: [],
  options: [filesystemOption, dryRunOption, jsonOption],
  run: async (invocation) => answerPlan(await prune(actOptions(invocation), now()), invocation),
};
