import { activate, activateNoMore, activateOnce } from '../../app/activate.ts';
import { BeHookError } from '../../model/problem.ts';
import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook activate` */
export const activateCommand: Command = {
  name: 'activate',
  summary: 'boot this one by default from now on, or only once',
  arguments: [{ name: 'NAME', optional: true }],
  options: [
    { name: 'once', short: 't', summary: 'boot it at the next start only' },
    { name: 'not-once', short: 'T', summary: 'take that back; needs no NAME' },
    filesystemOption,
    dryRunOption,
    jsonOption,
  ],
  run: async (invocation) => {
    const { switches } = invocation;
    const [name] = invocation.arguments;
    const [once, notOnce] = [switches.has('once'), switches.has('not-once')];
    const options = actOptions(invocation);
    if (once && notOnce) throw new BeHookError({ code: 'usage', text: 'activate: say -t or -T, not both' });
    if (notOnce) return answerPlan(await activateNoMore(options, name), invocation, 'nothing was to be booted once');
    if (name === undefined) throw new BeHookError({ code: 'usage', text: 'activate: NAME is missing' });
    const plan = await (once ? activateOnce(options, name) : activate(options, name));
    return answerPlan(plan, invocation, 'it is so already');
  },
};
