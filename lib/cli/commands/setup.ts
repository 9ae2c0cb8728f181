import { setUp } from '../../app/commands.ts';
import { BeHookError } from '../../model/problem.ts';
import type { SetupPlan } from '../../plan/setup.ts';
import type { Command, CommandResult, Invocation, Run } from '../command.ts';
import { confirm } from '../confirm.ts';
import { layoutPhrase, printPlaces, setupData } from '../output/setup.ts';
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
  if (planned.steps.length === 0) return withMessage(answerSetup(planned, invocation), invocation, doneBefore);
  if (options.dryRun) return answerSetup(planned, invocation);
  if (!invocation.flags.has('yes')) {
    const steps = stepSentences(planned.steps, invocation.flags).map(
      (sentence, index) => `${index + 1}. ${sentence}\n`,
    );
    const result = await confirm(`${printPlaces(planned.places)}${steps.join('')}Set up be-hook? (y/[n]) `);
    if (result === undefined) throw new BeHookError({ code: 'setup-unconfirmed' });
    if (!result) return { stdout: '', messages: ['be-hook was not set up'], exitCode: 0 };
  }
  const done = await setUp(options, intent);
  const message = `be-hook is set up on the layout ${layoutPhrase(done.places)}: the boot loader shows its menu from now on`;
  return withMessage(answerSetup(done, invocation), invocation, message);
};

/** Prints the places above the steps of a dry run. */
function answerSetup(plan: SetupPlan, invocation: Invocation): CommandResult {
  const result = answerPlan(plan, invocation, setupData(plan.places));
  if (result.stdout === '' || invocation.flags.has('json')) return result;
  return { ...result, stdout: printPlaces(plan.places) + result.stdout };
}

/** JSON shows the same by its steps. */
function withMessage(result: CommandResult, { flags }: Invocation, message: string): CommandResult {
  const isSaid = flags.has('json') || result.exitCode !== 0;
  return isSaid ? result : { ...result, messages: [message, ...result.messages] };
}
