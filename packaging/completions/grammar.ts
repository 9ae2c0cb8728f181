import type { Argument, Command, Option } from '../../lib/cli/command.ts';
import { sortKeys } from '../../lib/cli/listing.ts';

/** A command, as far as a completion knows it. */
export type Described = Pick<Command, 'summary' | 'arguments' | 'options' | 'passthrough'> & { readonly name: string };

/** A program that commands are given to. An option whose name is empty has a letter only. */
export interface Program {
  readonly name: string;
  readonly commands: readonly Described[];
  /** What may stand in front of a command. */
  readonly globals: readonly Option[];
  /** What every command takes beside its own options. */
  readonly common: readonly Option[];
  /** Commands without options. With `help` among them, its argument is a command. */
  readonly others: readonly Pick<Option, 'name' | 'summary'>[];
}

/** Functions of a shell are global: each program has its own, although a generator writes them in the words of be-hook. */
export function renameFunctions(text: string, { name }: Program): string {
  return text.replaceAll('_be_hook', `_${name.replaceAll('-', '_')}`);
}

/** Something a shell can offer: the lines that a pipeline prints, what the shell itself knows, or these words. */
export type Offer = Listing | 'files' | 'commands' | readonly string[];

/** What a pipeline of be-hook lists. */
export type Listing = 'environments' | 'snapshots' | 'subvolumes';

/**
 * What prints a listing, one thing in a line, the same in every shell. Only root can see any of them; to others nothing is
 * offered. Any user who can write to the file system can make a subvolume with any name: what a terminal would obey
 * is left out here, the rest is data to the shells.
 */
export const pipelines: Readonly<Record<Listing, string>> = {
  environments: "be-hook list -H --quick 2>/dev/null | cut -d ';' -f 1",
  snapshots: "be-hook list -H --quick -s 2>/dev/null | cut -d ';' -f 2",
  subvolumes: `btrfs subvolume list / 2>/dev/null | LC_ALL=C sed -nE '${[
    String.raw`/[[:cntrl:]]|\xC2[\x80-\x9F]/d`,
    's/^ID [0-9]+ gen [0-9]+ top level [0-9]+ path //p',
  ].join('; ')}'`,
};

/** What the names of arguments and values in the table of commands stand for; nothing where only the user can know. */
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
 * What may stand where the table of commands says `name`: alternatives are divided by `|`, and those in small letters are
 * to be typed as they are. Undefined for a name without a meaning.
 */
export function offersFor(name: string): readonly Offer[] | undefined {
  const parts = name.split('|');
  const words = parts.filter((part) => /^[a-z]/.test(part));
  const others = parts.filter((part) => !words.includes(part)).map((part) => meanings[part]);
  if (others.includes(undefined)) return undefined;
  const offers = new Set(others.flatMap((each) => each ?? []));
  return [...offers, ...(words.length === 0 ? [] : [words])];
}

/** What may be the value of an option. */
export function valueOffers({ name, value = '' }: Option): readonly Offer[] {
  // What something is to be called is not called so yet.
  return name === 'name' ? [] : (offersFor(value) ?? []);
}

/** An option as it may be typed, the short form first. */
export function spellings({ name, short }: Option): readonly string[] {
  return [...(short === undefined ? [] : [`-${short}`]), ...(name === '' ? [] : [`--${name}`])];
}

/**
 * A regular expression, for bash and fish alike, for the words of which the next one is the value: a long option that takes
 * one, or letters of which the last one does, and none before it.
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

/** The place, counted from 1, of the word that another program's command line begins with; undefined if there is none. */
export function verbatimPlace(command: Described): number | undefined {
  return command.passthrough === undefined ? undefined : ownArguments(command).length + 1;
}

/** The arguments in front of another program's command line. */
export function ownArguments({ arguments: words }: Described): readonly Argument[] {
  return words.filter(({ name }) => name !== 'COMMAND');
}

/** A word that a POSIX shell takes for this text. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The first line that says something of a generated file. */
export function heading(shell: string, { name }: Program): string {
  return `# Completion of ${name}(8) for ${shell}. "npm run build" made it from the table of its commands.`;
}
