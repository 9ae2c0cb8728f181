import { helpOption, reportOptions } from '../lib/cli/command.ts';
import { globalOptions } from '../lib/cli/global.ts';
import { bashCompletion } from './completions/bash.ts';
import { beadm, bectl } from './completions/dialects.ts';
import { fishCompletion } from './completions/fish.ts';
import type { Described, Program } from './completions/grammar.ts';
import { zshCompletion } from './completions/zsh.ts';

/** be-hook itself, with these commands. */
export function beHook(commands: readonly Described[]): Program {
  const others = [
    { name: 'help', summary: 'print the commands, or help for one' },
    { name: 'version', summary: 'print the version' },
  ];
  return { name: 'be-hook', commands, globals: globalOptions, common: [...reportOptions, helpOption], others };
}

/** The completion files of be-hook with these commands, and of its dialects. Each shell has its own convention for the names of the files. */
export function completionFiles(commands: readonly Described[]): Readonly<Record<string, string>> {
  const files = [beHook(commands), beadm, bectl].map((program) => ({
    [`${program.name}.bash`]: bashCompletion(program),
    [`${program.name}.fish`]: fishCompletion(program),
    [`_${program.name}`]: zshCompletion(program),
  }));
  return Object.assign({}, ...files) as Record<string, string>;
}
