import { forget } from '../../app/commands.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook forget` */
export const forgetCommand: Command = {
  name: 'forget',
  group: 'setup',
  summary: 'make a boot environment an ordinary subvolume; delete nothing',
  examples: [
    { line: 'be-hook forget old', does: 'remove an environment from the menu' },
    { line: 'be-hook forget --dry-run old', does: 'print the steps first' },
  ],
  arguments: [{ name: 'NAME' }],
  options: [...filesystemOptions, dryRunOption, jsonOption],
};

/** Carries out `be-hook forget`. */
export const runForget: Run = async (invocation) => {
  const plan = await forget(actOptions(invocation), invocation.arguments[0] ?? '');
  return answerPlan(plan, invocation);
};
