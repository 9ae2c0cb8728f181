import { rollback, rollbackToPrevious } from '../../app/commands.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan, now } from '../perform.ts';

/** `be-hook rollback` */
export const rollbackCommand: Command = {
  name: 'rollback',
  group: 'return',
  summary: 'boot the previous environment, or restore a snapshot',
  examples: [
    { line: 'be-hook rollback', does: 'boot the previous environment' },
    { line: 'be-hook rollback stable@monday', does: 'restore an environment from its snapshot' },
  ],
  arguments: [{ name: 'NAME@SNAPSHOT', optional: true }],
  options: [...filesystemOptions, dryRunOption, jsonOption],
};

/** Carries out `be-hook rollback`. */
export const runRollback: Run = async (invocation) => {
  const [target] = invocation.arguments;
  const options = actOptions(invocation);
  const plan = await (target === undefined
    ? rollbackToPrevious(options)
    : rollback(options, parseTarget(target), now()));
  return answerPlan(plan, invocation);
};
