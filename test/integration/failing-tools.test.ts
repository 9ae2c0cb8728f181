import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { withHookMachine } from '../support/hook-machine.ts';

/*
 * A program that be-hook needs fails: be-hook says so with the program's own words, does not take the failure for the
 * absence of something, and leaves no half copy.
 */
const test = suite('a program that fails');

/** A stand-in that fails as `ending` says where its first words are `words`, and is the real program otherwise. */
function failing(
  program: string,
  words: string,
  ending: string,
): Readonly<Record<string, { text: string; mode: number }>> {
  const text = `#!/bin/sh
case "$* " in
  '${words} '* | '${words === '' ? '' : words}'*) ${ending} ;;
esac
PATH=/usr/sbin:/usr/bin exec ${program} "$@"
`;
  return { [`/usr/local/sbin/${program}`]: { text, mode: 0o755 } };
}

const endings = {
  'with status 1': { ending: 'echo "ERROR: boom" >&2; exit 1', says: /boom/ },
  'by a signal': { ending: 'kill -9 $$', says: /failed( with status 137)?; run it by hand/ },
};

/** `late` for a program that is needed to delete, too: the next command removes what is left. */
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
  test(`${program} ${words}: the message has its words, and no half copy stays`, async () => {
    await withHookMachine(async (machine) => {
      const { top } = machine.fs;
      const paths = async (): Promise<string> =>
        (await tool('btrfs', ['subvolume', 'list', top])).replace(/^.* path /gm, '');
      const before = await paths();
      for (const [how, { ending, says }] of Object.entries(endings)) {
        const files = failing(program, words, ending);
        const { status, stderr } = await machine.run(['be-hook', 'create', 'copy'], { files });
        assert.is(status, 74, `${how}: ${stderr}`);
        // What nsenter starts takes its place, so only its words tell their failures apart.
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

test.run();
