import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CommandName } from '../../../lib/cli/command.ts';
import { commands } from '../../../lib/cli/commands/index.ts';
import { suggestCommand, suggestOption } from '../../../lib/cli/suggest.ts';

const test = suite('suggestions');

const names = Object.keys(commands) as CommandName[];

test('correct mistyped commands and commands of similar tools', () => {
  const expected: Readonly<Record<string, CommandName | undefined>> = {
    lsit: 'list',
    lst: 'list',
    LIST: 'list',
    crate: 'create',
    creat: 'create',
    destory: 'destroy',
    actviate: 'activate',
    rolback: 'rollback',
    upgarde: 'upgrade',
    umonut: 'umount',
    snapshoot: 'snapshot',
    ls: 'list',
    delete: 'destroy',
    remove: 'destroy',
    rm: 'destroy',
    unmount: 'umount',
    clone: 'create',
    add: 'create',
    undo: 'rollback',
    jail: 'exec',
    chroot: 'exec',
    dup: 'upgrade',
    'dist-upgrade': 'upgrade',
    frobnicate: undefined,
    '': undefined,
    x: undefined,
    constructor: undefined,
    __proto__: undefined,
  };
  for (const [word, command] of Object.entries(expected)) assert.is(suggestCommand(word, names), command, word);
});

test('correct mistyped and shortened options', () => {
  const options = ['filesystem', 'json', 'dry-run', 'from', 'force'];
  assert.equal(
    ['jso', 'jsno', 'file', 'dryrun', 'filesytem', 'f', 'fo', 'zzz', ''].map((word) => suggestOption(word, options)),
    ['json', 'json', 'filesystem', 'dry-run', 'filesystem', undefined, 'force', undefined, undefined],
  );
});

test.run();
