import type { Argument, Command, Option } from '../../lib/cli/command.ts';
import { sortKeys } from '../../lib/cli/listing.ts';

/** The part of a command that a completion needs. */
export type Described = Pick<Command, 'summary' | 'arguments' | 'options' | 'passthrough'> & { readonly name: string };

/** A program with commands. An option with an empty name has only a letter. */
export interface Program {
  readonly name: string;
  readonly commands: readonly Described[];
  /** The options in front of a command. */
  readonly globals: readonly Option[];
  /** The options that every command has in addition to its own options. */
  readonly common: readonly Option[];
  /** Commands without options. With `help` among them, its argument is a command. */
  readonly others: readonly Pick<Option, 'name' | 'summary'>[];
}

/** Renames the shell functions in a generated file. They are global in the shell, so each program needs its own names. */
export function renameFunctions(text: string, { name }: Program): string {
  return text.replaceAll('_be_hook', `_${name.replaceAll('-', '_')}`);
}

/** A source of completions: the lines that a pipeline prints, a list of the shell itself, or fixed values. */
export type Offer = Listing | 'files' | 'commands' | readonly string[];

/** The lists that be-hook or btrfs prints. */
export type Listing = 'environments' | 'snapshots' | 'subvolumes';

/**
 * The pipelines that print the lists, one item in a line, the same in every shell. Only root gets any output. Every user
 * who can write to the file system can create a subvolume with any name. Therefore a pipeline removes names with control
 * characters, which could be terminal escape sequences. The shells treat all other names as data.
 */
export const pipelines: Readonly<Record<Listing, string>> = {
  environments: "be-hook list -H --quick 2>/dev/null | cut -d ';' -f 1",
  snapshots: "be-hook list -H --quick -s 2>/dev/null | cut -d ';' -f 2",
  subvolumes: `btrfs subvolume list / 2>/dev/null | LC_ALL=C sed -nE '${[
    String.raw`/[[:cntrl:]]|\xC2[\x80-\x9F]/d`,
    's/^ID [0-9]+ gen [0-9]+ top level [0-9]+ path //p',
  ].join('; ')}'`,
};

/** The completions for the names of arguments and values in the table of commands; empty if only the user knows the value. */
const meanings: Readonly<Record<string, readonly Offer[]>> = {
  NAME: ['environments'],
  'NAME@SNAPSHOT': ['snapshots'],
  'NAME[@SNAPSHOT]': ['environments', 'snapshots'],
  SUBVOLUME: ['subvolumes'],
  DIR: ['files'],
  DEVICE: ['files'],
  KEY: [sortKeys],
  'NEW-NAME': [],
  SNAPSHOT: [],
  TEXT: [],
  WORDS: [],
  COMMAND: ['commands'],
};

/**
 * The completions for `name` in the table of commands. A `|` separates alternatives. Alternatives in small letters are
 * literal values. The result is undefined for an unknown name.
 */
export function offersFor(name: string): readonly Offer[] | undefined {
  const parts = name.split('|');
  const words = parts.filter((part) => /^[a-z]/.test(part));
  const others = parts.filter((part) => !words.includes(part)).map((part) => meanings[part]);
  if (others.includes(undefined)) return undefined;
  const offers = new Set(others.flatMap((each) => each ?? []));
  return [...offers, ...(words.length === 0 ? [] : [words])];
}

/** The completions for the value of an option. */
export function valueOffers({ name, value = '' }: Option): readonly Offer[] {
  // The value is a new name, so no existing name completes it.
  return name === 'name' ? [] : (offersFor(value) ?? []);
}

/** The forms of an option, the short form first. */
export function spellings({ name, short }: Option): readonly string[] {
  return [...(short === undefined ? [] : [`-${short}`]), ...(name === '' ? [] : [`--${name}`])];
}

/**
 * A regular expression, for bash and fish, that matches an argument if the next argument is its value: a long option with
 * a value, or letters of which only the last one has a value.
 */
export function takesNext({ options }: Pick<Described, 'options'>): string {
  const valued = options.filter(({ value }) => value !== undefined);
  const letters = valued.map(({ short = '' }) => short).join('');
  const names = valued.flatMap(({ name }) => (name === '' ? [] : [name]));
  const long = `--(${names.join('|')})`;
  if (valued.length === 0) return '^$';
  if (names.length === 0) return `^-[^-${letters}]*[${letters}]$`;
  return letters === '' ? `^${long}$` : `^(${long}|-[^-${letters}]*[${letters}])$`;
}

/** The position, counted from 1, of the argument that begins the command line of another program; undefined for other commands. */
export function passthroughPlace(command: Described): number | undefined {
  return command.passthrough === undefined ? undefined : ownArguments(command).length + 1;
}

/** The arguments in front of another program's command line. */
export function ownArguments({ arguments: words }: Described): readonly Argument[] {
  return words.filter(({ name }) => name !== 'COMMAND');
}

/** A text quoted for a POSIX shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The comment at the top of a generated file. */
export function heading(shell: string, { name }: Program): string {
  return `# Completion of ${name}(8) for ${shell}. "npm run build" generated it from the table of its commands.`;
}
