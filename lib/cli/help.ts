import type { Argument, Command, Option } from './command.ts';
import { commands } from './commands/index.ts';
import { globalOptions } from './global.ts';
import { printTable } from './output/table.ts';

/** The help of one command, or of all. */
export function printHelp(command: Command | undefined): string {
  if (command === undefined) {
    const rows = Object.values(commands).map((one) => [
      `  ${[one.name, ...printArguments(one)].join(' ')}`,
      one.summary,
    ]);
    return [
      'Usage: be-hook [OPTIONS] COMMAND [OPTIONS]\n',
      printTable(rows),
      'Options in front of COMMAND:\n',
      printTable(globalOptions.map(optionRow)),
      'be-hook help COMMAND tells more; so does be-hook(8).\n',
    ].join('\n');
  }
  const usage = ['Usage: be-hook', command.name, '[OPTIONS]', ...printArguments(command)].join(' ');
  const rows = command.options.map(optionRow);
  return `${usage}\n\n${sentence(command.summary)}\n\n${printTable(rows)}`;
}

function optionRow({ name, short, value, summary }: Option): readonly string[] {
  const shown = `--${name}${value === undefined ? '' : ` ${value}`}`;
  return [`  ${short === undefined ? '' : `-${short}, `}${shown}`, summary];
}

function printArguments({ arguments: words, verbatim }: Command): readonly string[] {
  return [...words.map(printArgument), ...(verbatim === undefined ? [] : [verbatim])];
}

function printArgument({ name, optional }: Argument): string {
  return optional === true ? `[${name}]` : name;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
