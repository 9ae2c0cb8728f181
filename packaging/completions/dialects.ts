import type { Option } from '../../lib/cli/command.ts';
import type { Described, Program } from './grammar.ts';

/** An option of getopt(3): one letter, and what its value is called. */
function letter(short: string, summary: string, value?: string): Option {
  return { name: '', short, summary, ...(value === undefined ? {} : { value }) };
}

function command(name: string, summary: string, options: readonly Option[], ...words: readonly string[]): Described {
  return { name, summary, options, arguments: words.map((word) => ({ name: word })) };
}

const filesystem: Option = { name: 'filesystem', value: 'DIR|DEVICE', summary: 'use this btrfs' };
const verbose = letter('v', 'print more');
const force = letter('f', 'unmount by force');
const once = letter('t', 'for the next boot only');
const clear = letter('T', 'boot nothing once');
const source = letter('e', 'copy this boot environment or snapshot', 'NAME[@SNAPSHOT]');
const subvolumes = letter('a', 'show subvolumes and snapshots');
const snapshots = letter('s', 'show snapshots');
const plain = letter('H', 'print fields for scripts');

/** The properties by which bectl sorts; see lib/cli/dialects/bectl-list.ts. */
const properties = 'name|creation|origin|used|usedds|usedsnap|usedrefreserv';

const beadmDestroy = [letter('F', 'do not ask'), force, letter('s', 'destroy its snapshots too'), verbose];
const beadmList = [
  subvolumes,
  letter('d', 'show subvolumes'),
  plain,
  letter('k', 'sort by this', 'date|name|space'),
  letter('K', 'sort by this in reverse', 'date|name|space'),
  snapshots,
  verbose,
];

/** What beadm(8) of illumos takes, as far as be-hook does: lib/cli/dialects/beadm-usage.ts. */
export const beadm: Program = {
  name: 'beadm',
  globals: [filesystem],
  common: [],
  others: [],
  commands: [
    command('activate', 'boot an environment by default', [once, clear, verbose], 'NAME'),
    command(
      'create',
      'copy a boot environment, or keep a snapshot',
      [letter('a', 'boot it by default'), letter('d', 'describe it', 'TEXT'), source, once, verbose],
      'NEW-NAME',
    ),
    command('destroy', 'delete a boot environment or a snapshot', beadmDestroy, 'NAME[@SNAPSHOT]'),
    command('list', 'show the boot environments', beadmList, 'NAME'),
    command('mount', 'mount a boot environment', [verbose], 'NAME', 'DIR'),
    command('rename', 'rename a boot environment', [verbose], 'NAME', 'NEW-NAME'),
    command('rollback', 'go back to a snapshot', [verbose], 'NAME[@SNAPSHOT]', 'SNAPSHOT'),
    ...['umount', 'unmount'].map((name) => command(name, 'unmount a boot environment', [force, verbose], 'NAME|DIR')),
  ],
};

/** What bectl(8) of FreeBSD takes, as far as be-hook does: lib/cli/dialects/bectl-usage.ts. */
export const bectl: Program = {
  name: 'bectl',
  globals: [letter('r', 'work on this btrfs', 'DIR|DEVICE'), filesystem, letter('h', 'tell the usage')],
  common: [],
  others: [],
  commands: [
    command('activate', 'boot an environment by default', [once, clear], 'NAME'),
    command('check', 'do boot environments work here', []),
    command('create', 'copy a boot environment, or keep a snapshot', [letter('r', 'no effect'), source], 'NEW-NAME'),
    command(
      'destroy',
      'delete a boot environment or a snapshot',
      [letter('F', 'unmount by force'), letter('o', 'delete what it was made of, too')],
      'NAME[@SNAPSHOT]',
    ),
    command('export', 'write a boot environment to standard output', [], 'NAME'),
    command('import', 'read a boot environment from standard input', [], 'NEW-NAME'),
    { ...command('jail', 'run a command in a boot environment', [], 'NAME'), passthrough: 'COMMAND' },
    command('list', 'show the boot environments', [
      subvolumes,
      letter('D', 'count all that is in each'),
      plain,
      snapshots,
      letter('c', 'sort by this', properties),
      letter('C', 'sort by this in reverse', properties),
    ]),
    command('mount', 'mount a boot environment', [], 'NAME', 'DIR'),
    command('rename', 'rename a boot environment', [], 'NAME', 'NEW-NAME'),
    ...['umount', 'unmount'].map((name) => command(name, 'unmount a boot environment', [force], 'NAME')),
  ],
};
