import { setUp } from '../../app/commands.ts';
import { BeHookError } from '../../model/problem.ts';
import type { Command, CommandResult, Invocation, Run } from '../command.ts';
import { confirm } from '../confirm.ts';
import { stepSentences } from '../output/steps.ts';
import { actOptions, answerPlan } from '../perform.ts';
import { readRootIntent, rootArguments, rootOptions } from '../root-intent.ts';

const doneBefore = 'be-hook is set up already';

/** `be-hook setup` */
export const setupCommand: Command = {
  name: 'setup',
  group: 'setup',
  summary: 'adopt the running root and install the boot menu',
  examples: [
    { line: 'be-hook setup', does: 'show the plan, ask, set up' },
    { line: 'be-hook setup --yes --name main', does: 'set up without a question' },
  ],
  arguments: rootArguments,
  options: [{ name: 'yes', short: 'y', summary: 'do not ask' }, ...rootOptions],
};

/** Carries out `be-hook setup`. */
export const runSetup: Run = async (invocation) => {
  const intent = readRootIntent(invocation);
  const options = actOptions(invocation);
  const planned = await setUp({ ...options, dryRun: true }, intent);
  if (planned.steps.length === 0) return withMessage(answerPlan(planned, invocation), invocation, doneBefore);
  if (options.dryRun) return answerPlan(planned, invocation);
  if (!invocation.flags.has('yes')) {
    const question = `${stepSentences(planned.steps, invocation.flags)
      .map((sentence, index) => `${index + 1}. ${sentence}`)
      .join('\n')}\nSet up be-hook? (y/[n]) `;
    const result = await confirm(question);
    if (result === undefined) throw new BeHookError({ code: 'setup-unconfirmed' });
    if (!result) return { stdout: '', messages: ['be-hook was not set up'], exitCode: 0 };
  }
  const done = answerPlan(await setUp(options, intent), invocation);
  return withMessage(done, invocation, 'be-hook is set up: GRUB shows its menu from now on');
};

/** JSON shows the same by its steps. */
function withMessage(result: CommandResult, { flags }: Invocation, message: string): CommandResult {
  const isSaid = flags.has('json') || result.exitCode !== 0;
  return isSaid ? result : { ...result, messages: [message, ...result.messages] };
}
