import { packagesPlace } from '../model/mounting.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { PackageCommand, PackageManager } from '../model/upgrade.ts';

/** The package managers of a boot environment and its package database. */
export interface PackageFacts {
  /** The programs of its package managers, by their own names. */
  readonly managers: readonly PackageManager[];
  /** The resolved directory of its rpm database, `%_dbpath`; undefined if it has no rpm. */
  readonly database: string | undefined;
}

/**
 * The script that asks a boot environment for its package facts. It runs inside the environment, with the programs of
 * the environment.
 */
export const packageQuestions = `
realpath -m -- "$(rpm --eval '%{_dbpath}' 2>/dev/null)" 2>/dev/null || echo
for program in dnf5 dnf-3 zypper; do command -v "$program" >/dev/null && echo "$program"; done
exit 0
`;

const managersByProgram: ReadonlyMap<string, PackageManager> = new Map([
  ['dnf5', 'dnf5'],
  ['dnf-3', 'dnf4'],
  ['zypper', 'zypper'],
]);

/** Parses the output of `packageQuestions`. */
export function readPackageFacts(text: string): PackageFacts {
  const [database = '', ...found] = text.split('\n').map((line) => line.trim());
  const managers = found.flatMap((program) => managersByProgram.get(program) ?? []);
  return { managers, database: database.startsWith('/') ? database : undefined };
}

/** The commands for a request. */
export interface PackageRun {
  readonly manager: PackageManager;
  /** Only downloads. */
  readonly download: readonly string[];
  readonly command: readonly string[];
}

interface Manager {
  /** The argv of the program, with the requested arguments in the middle. */
  readonly command: (args: readonly string[]) => readonly string[];
  readonly download: (args: readonly string[]) => readonly string[];
  /** The arguments for an upgrade of all packages. */
  readonly upgrade: readonly string[];
}

const dnf4Options = ['--assumeyes', `--setopt=cachedir=${packagesPlace}/dnf4`, '--setopt=keepcache=1'];

// root's dnf5 keeps its files in the system's cache directory (dnf5.conf(5), system_cachedir).
const dnf5Options = [
  '--assumeyes',
  `--setopt=system_cachedir=${packagesPlace}/dnf5`,
  `--setopt=cachedir=${packagesPlace}/dnf5`,
  '--setopt=keepcache=1',
];

const zypperOptions = ['--non-interactive', '--cache-dir', `${packagesPlace}/zypper`];

/**
 * Each manager has options that suppress questions, and options for the directory of the packages that be-hook
 * downloaded before it made the copy: dnf(8), dnf5(8), zypper(8).
 */
const managers: { readonly [K in PackageManager]: Manager } = {
  dnf5: {
    command: (args) => ['dnf5', ...dnf5Options, ...args],
    download: (args) => ['dnf5', ...dnf5Options, ...args, '--downloadonly'],
    upgrade: ['upgrade'],
  },
  dnf4: {
    command: (args) => ['dnf-3', ...dnf4Options, ...args],
    download: (args) => ['dnf-3', ...dnf4Options, ...args, '--downloadonly'],
    upgrade: ['upgrade'],
  },
  zypper: {
    command: (args) => ['zypper', ...zypperOptions, ...args],
    download: (args) => ['zypper', ...zypperOptions, ...args, '--download-only'],
    upgrade: ['update'],
  },
};

/** Program names by which a user can choose a package manager. Plain `dnf` is the installed one of the two. */
const programs: Readonly<Record<string, PackageManager | 'dnf'>> = {
  dnf5: 'dnf5',
  'dnf-3': 'dnf4',
  dnf4: 'dnf4',
  dnf: 'dnf',
  yum: 'dnf',
  zypper: 'zypper',
};

/**
 * Whether a command with this exit status succeeded. zypper's 102 and 103 mean that a restart is needed, 106 that it
 * skipped a repository (zypper(8), "EXIT CODES").
 */
export function hasSucceeded([program = '']: readonly string[], status: number): boolean {
  const isZypper = program === 'zypper' || program.endsWith('/zypper');
  return status === 0 || (isZypper && [102, 103, 106].includes(status));
}

/** Parses the arguments after `--`. The first of them can be the program of a package manager. */
export function readPackageCommand(args: readonly string[]): PackageCommand {
  const [first = '', ...rest] = args;
  const named = Object.hasOwn(programs, first) ? programs[first] : undefined;
  if (named === undefined) return { manager: undefined, args };
  return { manager: named === 'dnf' ? undefined : named, args: rest };
}

/** Chooses the package manager and its arguments. */
export function planPackageRun(
  name: string,
  request: PackageCommand,
  configured: PackageManager | undefined,
  facts: PackageFacts,
): PackageRun | Problem {
  const manager = chooseManager(name, request.manager ?? configured, facts);
  if (isProblem(manager)) return manager;
  const { command, download, upgrade } = managers[manager];
  const args = request.args.length === 0 ? upgrade : request.args;
  return { manager, download: download(args), command: command(args) };
}

/**
 * The requested or configured package manager, else the newest installed one. Fedora has two during the transition to
 * dnf5.
 */
function chooseManager(
  name: string,
  wanted: PackageManager | undefined,
  facts: PackageFacts,
): PackageManager | Problem {
  const known: readonly PackageManager[] = ['dnf5', 'dnf4', 'zypper'];
  const found = known.filter((candidate) => facts.managers.includes(candidate));
  const [first] = wanted === undefined ? found : found.filter((candidate) => candidate === wanted);
  return first ?? { code: 'no-package-manager', name, wanted: wanted ?? 'dnf5, dnf or zypper' };
}
