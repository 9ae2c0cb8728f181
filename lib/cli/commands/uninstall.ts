import { uninstall } from '../../app/commands.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook uninstall` */
export const uninstallCommand: Command = {
  name: 'uninstall',
  group: 'setup',
  summary: 'restore the distribution’s boot menu',
  examples: [
    { line: 'be-hook uninstall --dry-run', does: 'print the steps first' },
    { line: 'be-hook uninstall', does: 'restore the menu' },
  ],
  arguments: [],
  options: [...filesystemOptions, dryRunOption, jsonOption],
};

/** Carries out `be-hook uninstall`. */
export const runUninstall: Run = async (invocation) => {
  const plan = await uninstall(actOptions(invocation));
  return answerPlan(plan, invocation);
};
