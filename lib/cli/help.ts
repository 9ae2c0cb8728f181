import type { Argument, Command } from './command.ts';
import { commands } from './commands/index.ts';
import { printTable } from './output/table.ts';

/** The help of one command, or of all. */
export function printHelp(command: Command | undefined): string {
  if (command === undefined) {
    const rows = Object.values(commands).map((one) => [
      `  ${[one.name, ...printArguments(one)].join(' ')}`,
      one.summary,
    ]);
    return `Usage: be-hook COMMAND [OPTIONS]\n\n${printTable(rows)}\nbe-hook help COMMAND tells more; so does be-hook(8).\n`;
  }
  const usage = ['Usage: be-hook', command.name, '[OPTIONS]', ...printArguments(command)].join(' ');
  const rows = command.options.map(({ name, short, value, summary }) => [
    `  ${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
    summary,
  ]);
  return `${usage}\n\n${sentence(command.summary)}\n\n${printTable(rows)}`;
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
