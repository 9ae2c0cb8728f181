import minimist from 'minimist';
import { BeHookError } from '../model/problem.ts';
import type { Command, Invocation } from './command.ts';

/**
 * Reads the arguments of one command. Strict where minimist is not: an option that the command does not have, a missing
 * or repeated value, and a wrong number of arguments are refused, and every argument stays the text it was. Throws
 * `usage`.
 */
export function parseArgs(command: Command, argv: readonly string[]): Invocation {
  const strings = command.options.filter(({ value }) => value !== undefined).map(({ name }) => name);
  const booleans = command.options.filter(({ value }) => value === undefined).map(({ name }) => name);
  const refuse = (text: string): BeHookError => new BeHookError({ code: 'usage', text: `${command.name}: ${text}` });
  refuseValuesOfSwitches(argv, booleans, refuse);
  const parsed = minimist([...argv], {
    string: ['_', ...strings],
    boolean: booleans,
    unknown: (argument) => {
      if (argument.startsWith('-') && argument !== '-')
        throw refuse(`there is no option ${argument.split('=')[0] ?? ''}`);
      return true;
    },
  });
  const options = new Map<string, string>();
  for (const name of strings) {
    const value: unknown = parsed[name];
    if (value === undefined) continue;
    if (typeof value !== 'string') throw refuse(`--${name} is given more than once`);
    if (value === '') throw refuse(`--${name} needs a value`);
    options.set(name, value);
  }
  const positional = parsed._.map(String);
  const required = command.arguments.filter(({ optional }) => optional !== true).length;
  if (positional.length < required)
    throw refuse(`${command.arguments[positional.length]?.name ?? 'an argument'} is missing`);
  if (positional.length > command.arguments.length) throw refuse(`there is no place for “${positional.at(-1) ?? ''}”`);
  return { arguments: positional, options, switches: new Set(booleans.filter((name) => parsed[name] === true)) };
}

// minimist would take `--json=no` for true, and `--no-json` for something else than a mistake.
function refuseValuesOfSwitches(
  argv: readonly string[],
  booleans: readonly string[],
  refuse: (text: string) => BeHookError,
): void {
  const end = argv.indexOf('--');
  for (const argument of end < 0 ? argv : argv.slice(0, end)) {
    if (booleans.some((name) => argument.startsWith(`--${name}=`)))
      throw refuse(`${argument.split('=')[0] ?? ''} takes no value`);
    if (argument.startsWith('--no-')) throw refuse(`there is no option ${argument}`);
  }
}
