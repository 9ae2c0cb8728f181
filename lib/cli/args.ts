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
  const parsed = minimist(checkWords(argv, strings, booleans, refuse), {
    string: ['_', ...strings],
    boolean: booleans,
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
  if (positional.length < required) {
    throw refuse(`${command.arguments[positional.length]?.name ?? 'an argument'} is missing`);
  }
  if (positional.length > command.arguments.length) throw refuse(`there is no place for “${positional.at(-1) ?? ''}”`);
  return { arguments: positional, options, switches: new Set(booleans.filter((name) => parsed[name] === true)) };
}

/**
 * The words that minimist may see: it takes any option for one, names of object members among them, and lets a switch
 * swallow a `true` or `false` that follows.
 */
function checkWords(
  argv: readonly string[],
  strings: readonly string[],
  booleans: readonly string[],
  refuse: (text: string) => BeHookError,
): string[] {
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  let isValue = false;
  const checked = options.map((word) => {
    const [option = '', value] = /^(-[^=]*)(?:=(.*))?$/s.exec(word)?.slice(1) ?? [];
    if (isValue || option === '' || option === '-') {
      isValue = false;
      return word;
    }
    if (booleans.includes(option.slice(2)) && option.startsWith('--')) {
      if (value !== undefined) throw refuse(`${option} takes no value`);
      return `${option}=true`;
    }
    if (!option.startsWith('--') || !strings.includes(option.slice(2))) throw refuse(`there is no option ${option}`);
    isValue = value === undefined;
    return word;
  });
  return [...checked, ...(end < 0 ? [] : argv.slice(end))];
}
