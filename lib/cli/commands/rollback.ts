import { rollback, rollbackToPrevious } from '../../app/rollback.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { actOptions, answerPlan, now } from '../perform.ts';

/** `be-hook rollback` */
export const rollbackCommand: Command = {
  name: 'rollback',
  summary: 'boot what the running one was before; or make one what its snapshot kept',
  arguments: [{ name: 'NAME@SNAPSHOT', optional: true }],
  options: [filesystemOption, dryRunOption, jsonOption],
  run: async (invocation) => {
    const [target] = invocation.arguments;
    const options = actOptions(invocation);
    const plan = await (target === undefined
      ? rollbackToPrevious(options)
      : rollback(options, parseTarget(target), now()));
    return answerPlan(plan, invocation);
  },
};
