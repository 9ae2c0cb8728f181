import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { withHookMachine } from '../support/hook-machine.ts';
import { beHook, beHookOk, listOf } from '../support/program.ts';
import { runWithStandIn } from '../support/stand-in.ts';
import { withTwoEnvironments } from '../support/two-environments.ts';
import { asUser } from '../support/unprivileged.ts';

const test = suite('a subvolume whose path is too long');

/** Makes 18 nested directories with names of 240 characters, and a subvolume in the innermost one. */
const script = `
import os, sys
os.chdir(sys.argv[1])
for _ in range(18):
    os.mkdir("d" * 240)
    os.chdir("d" * 240)
os.execvp("btrfs", ["btrfs", "subvolume", "create", "x"])
`;

test('blocks no command, and a warning names it', async () => {
  await withTwoEnvironments(async (fs) => {
    await tool('/usr/bin/python3', ['-c', script, fs.top]);
    const where = ['--filesystem', fs.top];

    const synced = await beHook('sync', ...where);
    assert.is(synced.status, 0, synced.stderr);
    assert.match(
      synced.stderr,
      /a path is too long: d{60}…\/x \(the subvolume with id \d+, in a directory of the user with id 0\)/,
    );
    assert.is((await listOf(fs.top)).length, 2);
    await beHookOk('create', '--from', 'be1', 'copy', ...where);
    await beHookOk('destroy', '-F', 'copy', ...where);
  });
});

test('makes destroy refuse its environment before anything changes', async () => {
  await withTwoEnvironments(async (fs) => {
    const where = ['--filesystem', fs.top];
    const home = `${fs.top}/@be2/home`;
    for (const place of [join(fs.top, '..'), fs.top]) await chmod(place, 0o755);
    await mkdir(home);
    await chown(home, 1000, 1000);
    const made = await asUser('/usr/bin/python3', '-c', script, home);
    assert.is(made.status, 0, made.stderr);
    const before = await beHookOk('list', '--json', '--quick', ...where);

    const refused = await beHook('destroy', '-F', 'be2', ...where);

    assert.is(refused.status, 65, refused.stderr);
    const whose = /@be2\/home\/d+…\/x \(the subvolume with id \d+, in a directory of the user with id 1000\)/;
    assert.match(refused.stderr, whose);
    const status = await beHook('status', ...where);
    assert.match(status.stdout + status.stderr, whose);
    assert.is(await beHookOk('list', '--json', '--quick', ...where), before);
    await tool('rm', ['-rf', home]);
    await beHookOk('destroy', '-F', 'be2', ...where);
  });
});

test('causes one search for owners, however many such subvolumes there are', async () => {
  await withHookMachine(async (machine) => {
    for (const place of ['a', 'b', 'c']) {
      await mkdir(join(machine.fs.top, place));
      await tool('/usr/bin/python3', ['-c', script, join(machine.fs.top, place)]);
    }
    const slow = { program: 'find', text: '#!/bin/sh\necho >>/var/lib/searches\nexec sleep 60\n' };
    const listed = await runWithStandIn(machine, slow, ['be-hook', 'status']);
    assert.match(listed.stderr, /…\/x \(the subvolume with id \d+\), …\/x \(the subvolume with id \d+\)/);
    assert.is(await machine.read('var/lib/searches'), '\n');
  });
});

test('is one of at most five that the message names', async () => {
  await withTwoEnvironments(async (fs) => {
    for (const place of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
      await mkdir(join(fs.top, place));
      await tool('/usr/bin/python3', ['-c', script, join(fs.top, place)]);
    }
    const { stderr } = await beHook('sync', '--filesystem', fs.top);
    assert.is(stderr.match(/the subvolume with id/g)?.length, 5, stderr);
    assert.match(stderr, / and 2 more;/);
  });
});

test.run();
