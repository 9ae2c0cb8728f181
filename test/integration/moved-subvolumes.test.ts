import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { withHookMachine } from '../support/hook-machine.ts';
import { runWithStandIn } from '../support/stand-in.ts';

const test = suite('subvolumes that are moved while be-hook lists them');

/** The real program. After each list it renames `home/s1` of /@be2, as a user could. */
const text = `#!/bin/sh
[ "$1 $2" = 'subvolume list' ] || exec /usr/lib/real "$@"
/usr/lib/real "$@" || exit
case " $* " in *' -r '*) exit 0 ;; esac
for top; do :; done
cd "$top/@be2/home" || exit
if [ -e s1 ]; then mv s1 away; else mv away s1; fi
`;

test('are deleted with the environment that contains them', async () => {
  await withHookMachine(async (machine) => {
    const { top } = machine.fs;
    await mkdir(join(top, '@be2/home'));
    await tool('btrfs', ['subvolume', 'create', join(top, '@be2/home/s1')]);
    const mover = { program: 'btrfs', text };

    const { status, stderr } = await runWithStandIn(machine, mover, ['be-hook', 'destroy', '-F', 'be2']);

    assert.is(status, 0, stderr);
    assert.not.match(await tool('btrfs', ['subvolume', 'list', top]), '@be2');
  });
});

test.run();
