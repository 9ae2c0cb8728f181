import { sync } from '../../app/sync.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook sync` */
export const syncCommand: Command = {
  name: 'sync',
  group: 'setup',
  summary: 'update the boot menu to match the kernels',
  examples: [
    { line: 'be-hook sync --dry-run', does: 'print what would change' },
    { line: 'be-hook sync --filesystem /dev/sda2', does: 'repair a menu from rescue media' },
  ],
  arguments: [],
  options: [...filesystemOptions, dryRunOption, jsonOption],
};

/** Carries out `be-hook sync`. */
export const runSync: Run = async (invocation) => {
  const plan = await sync(
    { ...actOptions(invocation), observe: { uses: 'unfinished-work' } },
    { refreshDistributionMenu: true },
  );
  return answerPlan(plan, invocation);
};
