import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheck } from '../support/cross-check.ts';
import { furnish, runningMachine } from '../support/hook-machine.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { listOf } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';

const test = suite('the first be-hook create');

test('copies a system that was not adopted, and makes both boot environments', async () => {
  await withBtrfs({}, async (fs) => {
    await makeRoot(fs, '@be1', { kernels: ['6.1.0-1'] });
    await furnish(join(fs.top, '@be1'));
    const machine = await runningMachine(fs);

    const { status, stderr } = await machine.run(['be-hook', 'create', 'new', '-a']);

    assert.is(status, 0, stderr);
    const names = (await listOf(fs.top)).map(({ name, flags }) => `${name} ${flags}`);
    assert.equal(names.sort(), ['be1 ', 'new R']);
    // The grub.cfg of the copy boots the copy, and loads the menu of be-hook.
    const text = await readFile(join(fs.top, 'be-hook/new/root/boot/grub/grub.cfg'), 'utf8');
    assert.match(text, 'linux\t/be-hook/new/root/boot/vmlinuz-6.1.0-1');
    assert.match(text, '# be-hook: begin');
    assert.not.match(text, 'subvol=@be1');
    await crossCheck(fs, ['@be1/boot/grub', 'be-hook/new/root/boot/grub']);
  });
});

test.run();
