import { prune } from '../../app/commands.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan, now } from '../perform.ts';

/** `be-hook prune` */
export const pruneCommand: Command = {
  name: 'prune',
  group: 'return',
  summary: 'delete automatic environments that the settings do not keep',
  examples: [
    { line: 'be-hook prune --dry-run', does: 'print what would be deleted' },
    { line: 'be-hook prune', does: 'delete it' },
  ],
  arguments: [],
  options: [...filesystemOptions, dryRunOption, jsonOption],
};

/** Carries out `be-hook prune`. */
export const runPrune: Run = async (invocation) => answerPlan(await prune(actOptions(invocation), now()), invocation);
