/** One option of a command. Its summary is an imperative phrase of at most ten words. */
export interface Option {
  readonly name: string;
  /** The letter with the same meaning. */
  readonly short?: string;
  /** The name of its value in the help. Undefined for a flag. */
  readonly value?: string;
  readonly summary: string;
}

/** One positional argument. */
export interface Argument {
  readonly name: string;
  readonly optional?: boolean;
  /** Whether an empty text has a meaning. Otherwise be-hook refuses it. */
  readonly mayBeEmpty?: boolean;
}

/** The arguments and options of a call. */
export interface Invocation {
  readonly arguments: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
  /** The command and its arguments as the user typed them. */
  readonly argv: readonly string[];
  /** The environment or snapshot that the first argument names, if there is one. */
  readonly subject?: string | undefined;
}

/** The result of a command: data for stdout, messages for stderr, and its exit status. */
export interface CommandResult {
  readonly stdout: string;
  readonly messages: readonly string[];
  /** Errors for stderr, below the messages. `--quiet` leaves out only the messages. */
  readonly errors?: readonly string[];
  readonly exitCode: number;
}

/** A command line that the help and the manual show. */
export interface Example {
  /** The line as a user types it in a shell. */
  readonly line: string;
  /** An imperative phrase. */
  readonly does: string;
}

/** The groups of the help. */
export type Group = 'daily' | 'upgrade' | 'return' | 'inspect' | 'setup';

/** The grammar of a command of `be-hook`, and its help. Each command has its own file. */
export interface Command {
  readonly name: CommandName;
  readonly group: Group;
  /** An imperative phrase of at most ten words. */
  readonly summary: string;
  readonly examples: readonly Example[];
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  /** The name, in the help, of another program's command line that follows the last argument. */
  readonly passthrough?: string;
}

/** Carries out a command. Not a field of `Command`: be-hook prints its help without loading what carries out commands. */
export type Run = (invocation: Invocation) => Promise<CommandResult>;

/** The names of all commands. */
export type CommandName =
  | 'list'
  | 'create'
  | 'snapshot'
  | 'activate'
  | 'destroy'
  | 'prune'
  | 'gc'
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
  | 'doctor'
  | 'sync'
  | 'menu'
  | 'status'
  | 'setup'
  | 'adopt'
  | 'forget'
  | 'uninstall';

/** Selects the btrfs to work on. */
const filesystemOption: Option = {
  name: 'filesystem',
  value: 'DIR|DEVICE',
  summary: 'use this btrfs (directory, device or image)',
};

/** Selects its separate /boot. */
const bootOption: Option = {
  name: 'boot',
  value: 'DIR|DEVICE',
  summary: 'use this /boot, whatever its fstab names',
};

/** The options that select the file systems to work on. They need not be those of the running system. */
export const filesystemOptions: readonly Option[] = [filesystemOption, bootOption];

/** Selects JSON instead of text. */
export const jsonOption: Option = { name: 'json', summary: 'print JSON' };

/** Prints the progress for programs. For commands that can take long. */
export const progressOption: Option = {
  name: 'progress',
  value: 'json',
  summary: 'print progress as JSON lines on standard error',
};

/** Shows the plan and changes nothing. */
export const dryRunOption: Option = { name: 'dry-run', summary: 'print the steps; change nothing' };

/** The options of every command that say how much it reports. */
export const reportOptions: readonly Option[] = [
  { name: 'verbose', short: 'v', summary: 'print each step on standard error' },
  { name: 'quiet', short: 'q', summary: 'print errors and data only' },
];

/** The option that every command has. */
export const helpOption: Option = { name: 'help', short: 'h', summary: 'print help' };
