import minimist from 'minimist';
import { BeHookError } from '../model/problem.ts';
import { type Command, type Invocation, type Option, reportOptions } from './command.ts';
import type { Globals } from './global.ts';
import { suggestOption } from './suggest.ts';

/** Refuses a command line. Without a better hint, the hint is the help of its command. */
type Refuse = (text: string, hint?: string) => BeHookError;

type Grammar = Pick<Command, 'arguments' | 'options' | 'passthrough'> & { readonly name: string };

/**
 * Reads the arguments of one command. It is strict where minimist is not: it refuses an option that the command does
 * not have, a missing or repeated value, and a wrong number of arguments. Every argument stays the text that it was.
 * Throws `usage`.
 */
export function parseArgs(
  given: Grammar,
  argv: readonly string[],
  globals: Partial<Omit<Globals, 'rest'>> = {},
): Invocation {
  const command = { ...given, options: [...given.options, ...reportOptions] };
  const strings = command.options.filter(({ value }) => value !== undefined).map(({ name }) => name);
  const booleans = command.options.filter(({ value }) => value === undefined).map(({ name }) => name);
  const refuse: Refuse = (text, hint = `see: be-hook help ${command.name}`) =>
    new BeHookError({ code: 'usage', text: `${command.name}: ${text}`, hint });
  const parsed = minimist(normalize(command, argv, refuse), {
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
  const empty = command.arguments.find(({ mayBeEmpty }, place) => mayBeEmpty !== true && positional[place] === '');
  if (empty !== undefined) throw refuse(`${empty.name} is empty`);
  const required = command.arguments.filter(({ optional }) => optional !== true).length;
  if (positional.length < required) {
    throw refuse(`${command.arguments[positional.length]?.name ?? 'an argument'} is missing`);
  }
  if (positional.length > command.arguments.length && command.passthrough === undefined) {
    throw refuse(`there is one argument too many: “${positional.at(-1) ?? ''}”`);
  }
  const flags = new Set(booleans.filter((name) => parsed[name] === true));
  addGlobals(command, globals, { options, flags }, refuse);
  if (flags.has('verbose') && flags.has('quiet')) throw refuse('cannot use --verbose together with --quiet');
  const subject = /^(?:NEW-)?NAME/.test(command.arguments[0]?.name ?? '') ? positional[0] : undefined;
  return { arguments: positional, options, flags, argv: [command.name, ...argv], subject };
}

/** Adds the options that stood in front of the command, if it has them. */
function addGlobals(
  command: Grammar,
  { filesystem, boot, json, verbose, quiet }: Partial<Omit<Globals, 'rest'>>,
  { options, flags }: { readonly options: Map<string, string>; readonly flags: Set<string> },
  refuse: Refuse,
): void {
  const has = (name: string): boolean => command.options.some((option) => option.name === name);
  if (json === true && !has('json')) throw refuse('there is no option --json');
  for (const [name, isGiven] of Object.entries({ json, verbose, quiet })) if (isGiven === true) flags.add(name);
  for (const [name, value] of Object.entries({ filesystem, boot })) {
    if (value === undefined) continue;
    if (!has(name)) throw refuse(`there is no option --${name}`);
    if ((options.get(name) ?? value) !== value) throw refuse(`--${name} is given twice, with different values`);
    options.set(name, value);
  }
  if (options.has('boot') && !options.has('filesystem')) {
    throw refuse('--boot needs --filesystem', 'name the btrfs too: --filesystem DIR|DEVICE --boot DIR|DEVICE');
  }
}

/**
 * The arguments that minimist may see. minimist accepts any option, also names of object members. It lets a flag
 * consume a `true` or `false` that follows, and takes a value that begins with a dash for an option.
 */
function normalize(command: Grammar, argv: readonly string[], refuse: Refuse): string[] {
  const done: string[] = [];
  const rest = [...argv];
  let positional = 0;
  const take = (option: Option, shown: string, attached: string | undefined): string => {
    const value = attached ?? (/^-./.test(rest[0] ?? '') ? undefined : rest.shift());
    if (value === undefined || value === '') throw refuse(`${shown} needs a value`);
    return `--${option.name}=${value}`;
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') return [...done, '--', ...rest];
    if (word === '-' || !word.startsWith('-')) {
      done.push(word);
      positional += 1;
      // The rest belongs to the command line of another program.
      if (command.passthrough !== undefined && positional === command.arguments.length) {
        return [...done, '--', ...(rest[0] === '--' ? rest.slice(1) : rest)];
      }
      continue;
    }
    if (word.startsWith('--')) {
      const [shown = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(word)?.slice(1) ?? [];
      const option = command.options.find(({ name }) => `--${name}` === shown);
      if (option === undefined) throw refuseUnknown(command, shown, refuse);
      if (option.value === undefined && value !== undefined) throw refuse(`${shown} takes no value`);
      done.push(option.value === undefined ? `${shown}=true` : take(option, shown, value));
      continue;
    }
    done.push(...readCluster(command, word, take, refuse));
  }
  return done;
}

function refuseUnknown({ options }: Grammar, shown: string, refuse: Refuse): BeHookError {
  const names = [...options.map(({ name }) => name), 'help'];
  const meant = suggestOption(shown.slice(2), names);
  return refuse(`there is no option ${shown}`, meant === undefined ? undefined : `did you mean --${meant}?`);
}

/** Letters behind one dash, as getopt(3) reads them: the first one that takes a value takes the rest. */
function readCluster(
  command: Grammar,
  word: string,
  take: (option: Option, shown: string, attached: string | undefined) => string,
  refuse: Refuse,
): string[] {
  const done: string[] = [];
  for (let place = 1; place < word.length; place += 1) {
    const letter = word.charAt(place);
    const option = command.options.find(({ short }) => short === letter);
    if (option === undefined) throw refuse(`there is no option -${letter}`);
    if (option.value !== undefined) {
      return [...done, take(option, `-${letter}`, place + 1 < word.length ? word.slice(place + 1) : undefined)];
    }
    done.push(`--${option.name}=true`);
  }
  return done;
}
