import { adopt } from '../../app/adopt.ts';
import { parseBeName } from '../../model/be-name.ts';
import { BeHookError } from '../../model/problem.ts';
import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook adopt` */
export const adoptCommand: Command = {
  name: 'adopt',
  summary: 'make a root subvolume a boot environment; without one, the running root',
  arguments: [{ name: 'SUBVOLUME', optional: true }],
  options: [
    { name: 'name', value: 'NAME', summary: 'call it so; otherwise its name is made of its path' },
    filesystemOption,
    dryRunOption,
    jsonOption,
  ],
  run: async (invocation) => {
    const [subvolume] = invocation.arguments;
    const text = invocation.options.get('name');
    const name = text === undefined ? undefined : parseBeName(text);
    if (typeof name === 'object') throw new BeHookError(name);
    // As btrfs prints a path it has no slash in front; people write one, and the top level itself is nothing but one.
    const path = subvolume?.replace(/^\/+|\/+$/g, '');
    const now = Math.floor(Date.now() / 1000);
    const plan = await adopt(actOptions(invocation), { path, name, now });
    return answerPlan(plan, invocation, 'nothing to do');
  },
};
