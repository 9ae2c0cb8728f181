import {
  type Argument,
  type Command,
  type Example,
  type Group,
  helpOption,
  type Option,
  reportOptions,
} from './command.ts';
import { commands } from './commands/index.ts';
import { globalOptions } from './global.ts';
import { printTable } from './output/table.ts';

/** The headings of the groups in the help, in order. */
const groups: Readonly<Record<Group, string>> = {
  daily: 'Every day',
  upgrade: 'Upgrade in a copy',
  return: 'Go back, keep and transfer',
  inspect: 'Inspect',
  setup: 'Set up and repair',
};

/** The help of one command, or the overview of all commands. */
export function printHelp(command: Command | undefined): string {
  return command === undefined ? printOverview() : printCommand(command);
}

function printOverview(): string {
  const commandList = Object.values(commands);
  const examples = [commands.create, commands.upgrade, commands.rollback].flatMap((candidate) =>
    candidate.examples.slice(0, 1),
  );
  const rows = [
    ...Object.entries(groups).flatMap(([group, title]) => [
      [`${title}:`],
      ...commandList.filter((candidate) => candidate.group === group).map(commandRow),
      [],
    ]),
    ['Options in front of COMMAND:'],
    ...globalOptions.map(optionRow),
  ];
  return [
    'Usage: be-hook [OPTIONS] COMMAND [OPTIONS]\n',
    `Examples:\n${printTable(examples.map(exampleRow))}`,
    printTable(rows),
    'For the options and examples of a command: be-hook help COMMAND\nManual: man be-hook\n',
  ].join('\n');
}

function printCommand(command: Command): string {
  const usage = ['Usage: be-hook', command.name, '[OPTIONS]', ...printArguments(command)].join(' ');
  return [
    `${usage}\n`,
    `${sentence(command.summary)}\n`,
    `Examples:\n${printTable(command.examples.map(exampleRow))}`,
    `Options:\n${printTable([...command.options, ...reportOptions, helpOption].map(optionRow))}`,
  ].join('\n');
}

function commandRow(command: Command): readonly string[] {
  return [`  ${[command.name, ...printArguments(command)].join(' ')}`, command.summary];
}

function exampleRow({ line, does }: Example): readonly string[] {
  return [`  ${line}`, does];
}

function optionRow({ name, short, value, summary }: Option): readonly string[] {
  const shown = `--${name}${value === undefined ? '' : ` ${value}`}`;
  return [`  ${short === undefined ? '' : `-${short}, `}${shown}`, summary];
}

function printArguments({ arguments: args, passthrough }: Command): readonly string[] {
  return [...args.map(printArgument), ...(passthrough === undefined ? [] : [passthrough])];
}

function printArgument({ name, optional }: Argument): string {
  return optional === true ? `[${name}]` : name;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
