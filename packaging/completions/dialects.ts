import type { Option } from '../../lib/cli/command.ts';
import type { Described, Program } from './grammar.ts';

/** An option of getopt(3): one letter, and the name of its value. */
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
const clear = letter('T', 'cancel the one-shot boot');
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
  letter('k', 'sort by this column', 'date|name|space'),
  letter('K', 'sort by this column, descending', 'date|name|space'),
  snapshots,
  verbose,
];

/** The part of illumos's beadm(8) that be-hook supports: lib/cli/dialects/beadm-usage.ts. */
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

/** The part of FreeBSD's bectl(8) that be-hook supports: lib/cli/dialects/bectl-usage.ts. */
export const bectl: Program = {
  name: 'bectl',
  globals: [letter('r', 'use this btrfs', 'DIR|DEVICE'), filesystem, letter('h', 'print the usage')],
  common: [],
  others: [],
  commands: [
    command('activate', 'boot an environment by default', [once, clear], 'NAME'),
    command('check', 'check whether be-hook supports this machine', []),
    command('create', 'copy a boot environment, or keep a snapshot', [letter('r', 'no effect'), source], 'NEW-NAME'),
    command(
      'destroy',
      'delete a boot environment or a snapshot',
      [letter('F', 'unmount by force'), letter('o', 'delete its origin too')],
      'NAME[@SNAPSHOT]',
    ),
    command('export', 'write a boot environment to standard output', [], 'NAME'),
    command('import', 'read a boot environment from standard input', [], 'NEW-NAME'),
    { ...command('jail', 'run a command in a boot environment', [], 'NAME'), passthrough: 'COMMAND' },
    command('list', 'show the boot environments', [
      subvolumes,
      letter('D', 'count all data in each'),
      plain,
      snapshots,
      letter('c', 'sort by this column', properties),
      letter('C', 'sort by this column, descending', properties),
    ]),
    command('mount', 'mount a boot environment', [], 'NAME', 'DIR'),
    command('rename', 'rename a boot environment', [], 'NAME', 'NEW-NAME'),
    ...['umount', 'unmount'].map((name) => command(name, 'unmount a boot environment', [force], 'NAME')),
  ],
};
