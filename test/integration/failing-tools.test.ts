import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { withHookMachine } from '../support/hook-machine.ts';
import { runWithStandIn } from '../support/stand-in.ts';

/*
 * A program that be-hook needs fails. be-hook reports the message of the program, does not treat the failure as an empty
 * result, and leaves no incomplete copy.
 */
const test = suite('be-hook with a failing program');

/** A stand-in that runs `ending` if its first arguments are `words`, and otherwise the real program. */
function failing(words: string, ending: string): string {
  return `#!/bin/sh
case "$* " in
  '${words} '* | '${words === '' ? '' : words}'*) ${ending} ;;
esac
exec /usr/lib/real "$@"
`;
}

const endings = {
  'with status 1': { ending: 'echo "ERROR: boom" >&2; exit 1', says: /boom/ },
  'by a signal': { ending: 'kill -9 $$', says: /failed( with status 137)?; run the program by hand/ },
};

/** `late` marks a program that deletion needs as well: the next command deletes the unfinished work. */
const programs: readonly (readonly [program: string, words: string, late?: 'late'])[] = [
  ['btrfs', 'subvolume list'],
  ['btrfs', 'subvolume show'],
  ['btrfs', 'subvolume get-default'],
  ['btrfs', 'subvolume snapshot'],
  ['btrfs', 'inspect-internal rootid'],
  ['getfattr', ''],
  ['setfattr', ''],
  ['sync', ''],
  ['nsenter', '', 'late'],
  ['unshare', ''],
];

for (const [program, words, late] of programs) {
  test(`leaves no incomplete copy and reports the error of ${program} ${words}`, async () => {
    await withHookMachine(async (machine) => {
      const { top } = machine.fs;
      const paths = async (): Promise<string> =>
        (await tool('btrfs', ['subvolume', 'list', top])).replace(/^.* path /gm, '');
      const before = await paths();
      for (const [how, { ending, says }] of Object.entries(endings)) {
        const standIn = { program, text: failing(words, ending) };
        const { status, stderr } = await runWithStandIn(machine, standIn, ['be-hook', 'create', 'copy']);
        assert.is(status, 74, `${how}: ${stderr}`);
        // nsenter replaces itself with the program that it starts, so only the messages of the two differ.
        assert.ok(
          stderr.startsWith(`be-hook: ${program === 'nsenter' ? 'btrfs' : program} failed`),
          `${how}: ${stderr}`,
        );
        assert.match(stderr, says, `${how}: ${stderr}`);
        if (late === undefined) assert.is(await paths(), before, how);
        if (late === undefined) continue;
        const next = await machine.run(['be-hook', 'create', 'other']);
        assert.is(next.status, 0, next.stderr);
        const destroyed = await machine.run(['be-hook', 'destroy', '-F', 'other']);
        assert.is(destroyed.status, 0, destroyed.stderr);
        assert.is(await paths(), before, how);
      }
      const left = await readdir(join(top, 'be-hook')).catch(() => []);
      assert.equal(
        left.filter((name) => name !== 'history'),
        [],
      );
    });
  });
}

test('never starts a program in /usr/local, which users may be able to change', async () => {
  await withHookMachine(async (machine) => {
    const names = [
      'btrfs',
      'unshare',
      'nsenter',
      'mount',
      'getfattr',
      'setfattr',
      'sync',
      'sh',
      'losetup',
      'grub-mkconfig',
    ];
    const text = '#!/bin/sh\necho "$0" >>/var/lib/started\nexit 1\n';
    const files = Object.fromEntries(
      ['bin', 'sbin'].flatMap((place) => names.map((name) => [`/usr/local/${place}/${name}`, { text, mode: 0o755 }])),
    );
    await machine.unpackKernel('6.9.0-1');
    const image = '/usr/lib/modules/6.9.0-1/vmlinuz';
    for (const words of [
      ['kernel-install', 'add', '6.9.0-1', image],
      ['be-hook', 'create', 'copy'],
      ['/usr/lib/be-hook/posttrans'],
    ]) {
      const { status, stderr } = await machine.run(words, { files });
      assert.is(status, 0, `${words.join(' ')}: ${stderr}`);
    }
    assert.is(await machine.read('var/lib/started'), '');
  });
});

test.run();
