import { randomUUID } from 'node:crypto';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheck } from '../support/cross-check.ts';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';
import { withTwoEnvironments as withTwo } from '../support/two-environments.ts';

const test = suite('subvolumes that were not adopted');

const menuDirectories = ['@be1/boot/grub', '@be2/boot/grub'];

const at = (fs: LoopBtrfs, path: string): string => join(fs.top, path);

test('a read-only snapshot of an environment is no environment and no problem', async () => {
  await withTwo(async (fs) => {
    await tool('btrfs', ['subvolume', 'snapshot', '-r', at(fs, '@be1'), at(fs, 'snap')]);

    assert.is((await listOf(fs.top)).length, 2);
    const refused = await beHook('adopt', 'snap', '--filesystem', fs.top);
    assert.is(refused.status, 65);
    assert.match(refused.stderr, /“snap” as a system: the subvolume is read-only/);
  });
});

test('a writable snapshot of another program is offered only after adopt', async () => {
  await withTwo(async (fs) => {
    await fs.snapshot('@be1', '@copy');
    const ran = await beHook('sync', '--filesystem', fs.top);
    assert.match(ran.stderr, /“@copy” is a copy of “be1” that be-hook did not make/);
    assert.is((await listOf(fs.top)).length, 2);

    await beHookOk('adopt', '@copy', '--filesystem', fs.top);

    assert.ok(
      (await menuOf(fs.top)).entries.some(({ be, options }) => be === 'copy' && options.includes('subvol=@copy')),
    );
    await crossCheck(fs, [...menuDirectories, '@copy/boot/grub']);
  });
});

test("a user's subvolume never enters the menu, whatever its attributes", async () => {
  await withTwo(async (fs) => {
    await fs.subvolume('home');
    await makeRoot(fs, 'home/evil', { kernels: ['9.9.9-9'] });
    await fs.snapshot('@be1', 'home/copy');
    for (const path of ['home/evil', 'home/copy']) {
      const [mark] = await listOf(fs.top);
      const value = JSON.stringify({ version: 1, name: 'evil', uuid: mark?.subvolume.uuid, created: 1 });
      await tool('setfattr', ['-n', 'user.be-hook.environment', '-v', value, at(fs, path)]);
      await chown(at(fs, path), 1000, 1000);
    }
    await beHookOk('sync', '--filesystem', fs.top);
    assert.is((await listOf(fs.top)).length, 2);

    for (const path of ['home/evil', 'home/copy']) {
      const refused = await beHook('adopt', path, '--filesystem', fs.top);
      assert.is(refused.status, 65);
      assert.match(refused.stderr, /belongs to the user with id 1000/);
    }
  });
});

test('a mark is ignored if a user can change the root or the path to it', async () => {
  await withTwo(async (fs) => {
    await fs.subvolume('pool');
    await makeRoot(fs, 'pool/@be3', { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', 'pool/@be3', '--filesystem', fs.top);
    assert.is((await listOf(fs.top)).length, 3);

    await chown(at(fs, 'pool'), 1000, 1000);

    const ran = await beHook('sync', '--filesystem', fs.top);
    assert.match(ran.stderr, /cannot offer “pool\/@be3” for booting: \/pool belongs to the user with id 1000/);
    await crossCheck(fs, menuDirectories);
  });
});

test('a line break in the name of a subvolume forges no list entry', async () => {
  await withTwo(async (fs) => {
    const [be1] = await listOf(fs.top);
    const uuid = be1?.subvolume.uuid ?? '';
    const columns = `gen 9 cgen 9 parent 5 top level 5 parent_uuid -                                    received_uuid -`;
    const name = `x\nID ${be1?.subvolume.id ?? 0} ${columns}                                    uuid ${uuid} path evil`;
    await fs.subvolume('home');
    await tool('btrfs', ['subvolume', 'create', at(fs, `home/${name}`)]);

    const ran = await beHook('sync', '--filesystem', fs.top);

    assert.match(ran.stderr, /cannot identify subvolumes/);
    assert.is(ran.status, 0);
    await crossCheck(fs, menuDirectories);
  });
});

test('a line break in the name of an inner subvolume does not block create', async () => {
  await withTwo(async (fs) => {
    const forged = `ID 9999 gen 9 cgen 9 parent 5 top level 5 parent_uuid - received_uuid - uuid ${randomUUID()} path evil`;
    for (const name of ['a\nb', `x\n${forged}`]) {
      await tool('btrfs', ['subvolume', 'create', at(fs, `@be1/${name}`)]);
    }
    const where = ['--filesystem', fs.top];

    const made = await beHook('create', '--from', 'be1', 'new', ...where);
    const listed = await beHook('list', '-a', 'new', ...where);

    assert.is(made.status, 0, made.stderr);
    assert.match(made.stderr, /warning: cannot identify subvolumes.*: @be1\/a, @be1\/x, evil/);
    assert.not.match(listed.stdout, 'evil');
    await crossCheck(fs, menuDirectories);
    await beHookOk('snapshot', 'be1@kept', ...where);
    const root = 'be-hook/new/root';
    await tool('btrfs', ['subvolume', 'create', at(fs, `${root}/c\nd`)]);
    const refused = await beHook('destroy', '-F', 'new', ...where);
    assert.is(refused.status, 65, refused.stderr);
    assert.match(refused.stderr, /cannot identify subvolumes.*: \S*be-hook\/new\/root\/c; rename the subvolumes/);
    await crossCheck(fs, [...menuDirectories, `${root}/boot/grub`]);
    await tool('btrfs', ['subvolume', 'delete', at(fs, `${root}/c\nd`)]);
    await beHookOk('destroy', '-F', 'new', ...where);
    await beHookOk('create', '--from', 'be1@kept', 'again', ...where);
    await crossCheck(fs, menuDirectories);
  });
});

test('a name is refused if a loader cannot distinguish it from another', async () => {
  await withTwo(async (fs) => {
    await makeRoot(fs, '@be3', { kernels: ['6.1.0-1'] });
    for (const name of ['be1', 'BE1', 'be-1', 'be01']) {
      const refused = await beHook('adopt', '@be3', '--name', name, '--filesystem', fs.top);
      assert.is(refused.status, 2, name);
      assert.match(refused.stderr, /cannot use the name .*: the boot environment in \/@be1 has the same name/);
    }
    await crossCheck(fs, menuDirectories);
  });
});

test.run();
