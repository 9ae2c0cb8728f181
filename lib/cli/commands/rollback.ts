import { rollback } from '../../app/rollback.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { actOptions, answerPlan, now } from '../perform.ts';

/** `be-hook rollback` */
export const rollbackCommand: Command = {
  name: 'rollback',
  summary: 'make a boot environment what its snapshot kept; what it is now is lost',
  arguments: [{ name: 'NAME@SNAPSHOT' }],
  options: [filesystemOption, dryRunOption, jsonOption],
  run: async (invocation) => {
    const [first = ''] = invocation.arguments;
    const plan = await rollback(actOptions(invocation), parseTarget(first), now());
    return answerPlan(plan, invocation, 'nothing to do');
  },
};
