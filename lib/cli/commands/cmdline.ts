import { changeCommandLine } from '../../app/commands.ts';
import { inspect } from '../../app/inspect.ts';
import { printCommandLine } from '../../formats/kernel-command-line.ts';
import { BeHookError, isProblem } from '../../model/problem.ts';
import { findEnvironment } from '../../plan/find-environment.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { printJson } from '../output/json.ts';
import type { CmdlineData } from '../output/schema/menu.ts';
import { actOptions, answerPlan } from '../perform.ts';
import { whereOf } from '../where.ts';

/** `be-hook cmdline` */
export const cmdlineCommand: Command = {
  name: 'cmdline',
  group: 'setup',
  summary: 'show or change the kernel command line',
  examples: [
    { line: 'be-hook cmdline stable', does: 'show the command line' },
    { line: "be-hook cmdline --append 'nosmt quiet' --remove rhgb stable", does: 'change it' },
  ],
  arguments: [{ name: 'NAME' }],
  options: [
    { name: 'append', value: 'WORDS', summary: 'add these parameters' },
    { name: 'remove', value: 'WORDS', summary: 'remove these parameters' },
    ...filesystemOptions,
    dryRunOption,
    jsonOption,
  ],
};

/** Carries out `be-hook cmdline`. */
export const runCmdline: Run = async (invocation) => {
  const { options, flags } = invocation;
  const [name = ''] = invocation.arguments;
  const [append, remove] = [options.get('append'), options.get('remove')];
  if (append !== undefined || remove !== undefined) {
    const change = { name, append: append ?? '', remove: remove ?? '' };
    return answerPlan(await changeCommandLine(actOptions(invocation), change), invocation);
  }
  const environment = findEnvironment(await inspect(whereOf(options)), name);
  if (isProblem(environment)) throw new BeHookError(environment);
  const kernels = environment.kernels.map((kernel) => ({
    release: kernel.release,
    options: printCommandLine(kernel.options),
  }));
  const data: CmdlineData = { version: 1, name, kernels };
  if (flags.has('json')) return { stdout: printJson(data), messages: [], exitCode: 0 };
  const [first] = kernels;
  if (first === undefined) throw new BeHookError({ code: 'no-kernels', name });
  const differing = kernels.find((kernel) => kernel.options !== first.options);
  const args =
    differing === undefined
      ? []
      : [`This is what ${first.release} gets; ${differing.release} gets: ${differing.options}`];
  return { stdout: `${first.options}\n`, messages: args, exitCode: 0 };
};
