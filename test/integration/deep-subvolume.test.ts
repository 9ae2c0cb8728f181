import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { beHook, beHookOk, listOf } from '../support/program.ts';
import { withTwoEnvironments } from '../support/two-environments.ts';

const test = suite('a subvolume that lies too deep for a path');

/** Makes 18 directories of 240 characters inside of each other, and a subvolume in the innermost one. */
const script = `
import os, sys
os.chdir(sys.argv[1])
for _ in range(18):
    os.mkdir("d" * 240)
    os.chdir("d" * 240)
os.execvp("btrfs", ["btrfs", "subvolume", "create", "x"])
`;

test('stops no command, and is told of in a warning', async () => {
  await withTwoEnvironments(async (fs) => {
    await tool('/usr/bin/python3', ['-c', script, fs.top]);
    const where = ['--filesystem', fs.top];

    const synced = await beHook('sync', ...where);
    assert.is(synced.status, 0, synced.stderr);
    assert.match(synced.stderr, /a path that is too long: \(the subvolume with id \d+\)/);
    assert.is((await listOf(fs.top)).length, 2);
    await beHookOk('create', '--from', 'be1', 'copy', ...where);
    await beHookOk('destroy', '-F', 'copy', ...where);
  });
});

test.run();
