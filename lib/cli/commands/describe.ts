import { describe } from '../../app/commands.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';
import { readDescription } from '../read.ts';

/** `be-hook describe` */
export const describeCommand: Command = {
  name: 'describe',
  group: 'daily',
  summary: 'change the description that the boot menu shows',
  examples: [
    { line: "be-hook describe stable 'before the new desktop'", does: 'describe an environment' },
    { line: "be-hook describe stable ''", does: 'remove the description' },
  ],
  arguments: [{ name: 'NAME' }, { name: 'TEXT', mayBeEmpty: true }],
  options: [...filesystemOptions, dryRunOption, jsonOption],
};

/** Carries out `be-hook describe`. */
export const runDescribe: Run = async (invocation) => {
  const [first = '', second = ''] = invocation.arguments;
  const plan = await describe(actOptions(invocation), first, readDescription(second));
  return answerPlan(plan, invocation);
};
