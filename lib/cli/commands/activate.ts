import { activate, activateOnce } from '../../app/activate.ts';
import { activateNoMore } from '../../app/commands.ts';
import { BeHookError } from '../../model/problem.ts';
import type { DriftIntent, DriftPlan } from '../../plan/drift.ts';
import {
  type Command,
  type CommandResult,
  dryRunOption,
  filesystemOptions,
  type Invocation,
  jsonOption,
  type Run,
} from '../command.ts';
import { driftData, driftHint, driftLines } from '../output/drift.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook activate` */
export const activateCommand: Command = {
  name: 'activate',
  group: 'daily',
  summary: 'boot an environment by default, or once',
  examples: [
    { line: 'be-hook activate before-update', does: 'boot an environment from now on' },
    { line: 'be-hook activate --once before-update', does: 'boot it once; then the default again' },
  ],
  arguments: [{ name: 'NAME', optional: true }],
  options: [
    { name: 'once', short: 't', summary: 'boot it once, at the next start' },
    { name: 'not-once', short: 'T', summary: 'cancel a one-shot boot (NAME is optional)' },
    { name: 'carry-over', summary: 'first carry over later changes of /etc' },
    { name: 'stale', summary: 'accept a copy that lacks later package changes' },
    ...filesystemOptions,
    dryRunOption,
    jsonOption,
  ],
};

/** Carries out `be-hook activate`. */
export const runActivate: Run = async (invocation) => {
  const { flags } = invocation;
  const [name] = invocation.arguments;
  const [once, notOnce] = [flags.has('once'), flags.has('not-once')];
  const options = actOptions(invocation);
  if (once && notOnce) throw new BeHookError({ code: 'usage', text: 'activate: cannot use -t together with -T' });
  if (notOnce) return answerPlan(await activateNoMore(options, name), invocation);
  if (name === undefined) throw new BeHookError({ code: 'usage', text: 'activate: NAME is missing' });
  const intent = { stale: flags.has('stale'), carryOver: flags.has('carry-over') };
  const plan = await (once ? activateOnce(options, name, intent) : activate(options, name, intent));
  return answerDrift(plan, invocation, intent);
};

/** Prints the drift before the result. A dry run and JSON have the drift as data. */
function answerDrift(plan: DriftPlan, invocation: Invocation, { carryOver }: DriftIntent): CommandResult {
  const { drift } = plan;
  const result = answerPlan(plan, invocation, drift === undefined ? {} : { drift: driftData(drift) });
  if (drift === undefined || invocation.flags.has('json')) return result;
  const lines = [...driftLines(drift), ...(carryOver ? [] : driftHint(drift))];
  if (!invocation.flags.has('dry-run')) return { ...result, messages: [...lines, ...result.messages] };
  return { ...result, stdout: result.stdout + lines.map((line) => `${line}\n`).join('') };
}
