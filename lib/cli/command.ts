/** One option of a command; its summary is an imperative phrase of at most ten words. */
export interface Option {
  readonly name: string;
  /** The letter that means the same. */
  readonly short?: string;
  /** What its value is called; undefined for a switch. */
  readonly value?: string;
  readonly summary: string;
}

/** One positional argument. */
export interface Argument {
  readonly name: string;
  readonly optional?: boolean;
  /** Whether an empty text means something; else it is refused. */
  readonly mayBeEmpty?: boolean;
}

/** What a command was called with. */
export interface Invocation {
  readonly arguments: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly switches: ReadonlySet<string>;
  /** The command and its words as they were typed. */
  readonly words: readonly string[];
  /** The environment or snapshot that the first argument names, if it names one. */
  readonly subject?: string | undefined;
}

/** What a command answers: data for stdout, sentences for stderr, and its exit status. */
export interface Answer {
  readonly data: string;
  readonly words: readonly string[];
  /** Errors for stderr, below the sentences; `--quiet` leaves out the sentences alone. */
  readonly errors?: readonly string[];
  readonly status: number;
}

/** A command line that the help and the manual show. */
export interface Example {
  /** As one types it to a shell. */
  readonly line: string;
  /** An imperative phrase. */
  readonly does: string;
}

/** The groups of the help. */
export type Group = 'daily' | 'upgrade' | 'return' | 'inspect' | 'setup';

/** Everything `be-hook` can be asked, one file each. */
export interface Command {
  readonly name: CommandName;
  readonly group: Group;
  /** An imperative phrase of at most ten words. */
  readonly summary: string;
  readonly examples: readonly Example[];
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  /** After the last argument comes another program's command line; what the help calls it. */
  readonly verbatim?: string;
  readonly run: (invocation: Invocation) => Promise<Answer>;
}

/** The names of all commands. */
export type CommandName =
  | 'list'
  | 'create'
  | 'snapshot'
  | 'activate'
  | 'destroy'
  | 'prune'
  | 'rename'
  | 'describe'
  | 'hold'
  | 'release'
  | 'rollback'
  | 'upgrade'
  | 'run'
  | 'diagnose'
  | 'mount'
  | 'umount'
  | 'exec'
  | 'diff'
  | 'drift'
  | 'export'
  | 'import'
  | 'cmdline'
  | 'volume'
  | 'history'
  | 'check'
  | 'sync'
  | 'menu'
  | 'status'
  | 'setup'
  | 'adopt'
  | 'forget'
  | 'uninstall';

/** Works on a file system that need not run. */
export const filesystemOption: Option = {
  name: 'filesystem',
  value: 'DIR|DEVICE',
  summary: 'use this btrfs (directory, device or image)',
};

/** Prints data instead of sentences. */
export const jsonOption: Option = { name: 'json', summary: 'print JSON' };

/** Shows the plan and changes nothing. */
export const dryRunOption: Option = { name: 'dry-run', summary: 'print the steps; change nothing' };

/** The options of every command that say how much it reports. */
export const reportOptions: readonly Option[] = [
  { name: 'verbose', short: 'v', summary: 'print each step on standard error' },
  { name: 'quiet', short: 'q', summary: 'print errors and data only' },
];

/** Every command has it. */
export const helpOption: Option = { name: 'help', short: 'h', summary: 'print help' };
