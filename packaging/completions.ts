import type { Command } from '../lib/cli/command.ts';
import { bashCompletion } from './completions/bash.ts';
import { fishCompletion } from './completions/fish.ts';
import { zshCompletion } from './completions/zsh.ts';

/** The completion files of these commands, by name. What each shell calls such a file is its own convention. */
export function completionFiles(commands: readonly Command[]): Readonly<Record<string, string>> {
  return {
    'be-hook.bash': bashCompletion(commands),
    'be-hook.fish': fishCompletion(commands),
    '_be-hook': zshCompletion(commands),
  };
}
