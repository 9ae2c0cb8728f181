import { stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copyPlace, releases, withCloudMachine } from '../support/cloud-machine.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import { beHookOk } from '../support/program.ts';
import { bootFile, makeRoot } from '../support/root-tree.ts';
import { withSeparateBoot } from '../support/separate-boot.ts';

const test = suite('be-hook diff: kernels');

interface Kernels {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly release: string; readonly what: readonly string[] }[];
}

const same: Kernels = { added: [], removed: [], changed: [] };

const kernelsOf = (json: unknown): Kernels => (json as { readonly kernels: Kernels }).kernels;

/** Makes the environment old in /root, and its copy young. */
const withDisk = preparedBtrfs(async (fs) => {
  await makeRoot(fs, 'root', { kernels: ['6.1.0-1', '6.2.0-1'] });
  await beHookOk('adopt', 'root', '--name', 'old', '--filesystem', fs.top);
  await beHookOk('create', 'young', '--filesystem', fs.top);
});

/** Gives a file another content of the same length and with the same time of modification. */
async function replaceQuietly(path: string, text: string): Promise<void> {
  const { atime, mtime, size } = await stat(path);
  await writeFile(path, text);
  await utimes(path, atime, mtime);
  assert.is((await stat(path)).size, size);
}

test('compares the contents of kernels in the roots, not their sizes and times', async () => {
  await withDisk(async (fs) => {
    const diff = async (): Promise<Kernels> =>
      kernelsOf(JSON.parse(await beHookOk('diff', 'old', 'young', '--json', '--filesystem', fs.top)));
    assert.equal(await diff(), same);
    const boot = join(fs.top, 'be-hook/young/root/boot');

    await replaceQuietly(join(boot, 'initramfs-6.1.0-1.img'), bootFile('INITRD', 'toor', '6.1.0-1'));
    await replaceQuietly(join(boot, 'vmlinuz-6.2.0-1'), bootFile('KERNEL', 'toor', '6.2.0-1'));

    const changed = [
      { release: '6.2.0-1', what: ['image'] },
      { release: '6.1.0-1', what: ['initramfs'] },
    ];
    assert.equal(await diff(), { ...same, changed });
    const text = await beHookOk('diff', 'old', 'young', '--filesystem', fs.top);
    assert.match(text, /^KERNEL +CHANGE\n6\.2\.0-1 +another image\n6\.1\.0-1 +another initramfs$/m);
  });
});

test('compares the contents of kernels in a subvolume at /boot', async () => {
  await withCloudMachine(async (machine) => {
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next');
    const diff = async (): Promise<Kernels> =>
      kernelsOf(JSON.parse(await machine.beHook('diff', 'root', 'next', '--json')));
    assert.equal(await diff(), same);

    const { boot } = copyPlace('next');
    await writeFile(join(machine.fs.top, boot, `initramfs-${releases[0]}.img`), bootFile('INITRD', 'x', releases[0]));

    assert.equal(await diff(), { ...same, changed: [{ release: releases[0], what: ['initramfs'] }] });
  });
});

test('compares the kernels that environments and snapshots keep on a separate /boot', async () => {
  const release = '6.17.1-300.fc44.x86_64';
  await withSeparateBoot('ext4', [release], async (machine) => {
    const diff = async (from: string, to: string): Promise<Kernels> => kernelsOf(await machine.json('diff', from, to));
    for (const words of ['setup --yes', 'create next', 'snapshot next@s'])
      assert.is((await machine.sh(`be-hook ${words}`)).status, 0);
    assert.equal(await diff('be1', 'next'), same);
    assert.equal(await diff('next@s', 'be1'), same);

    // Before a sync has recorded it, and afterwards.
    await machine.writeBoot(`initramfs-${release}.img`, bootFile('INITRD', 'again', release));
    for (const command of ['true', 'be-hook sync']) {
      assert.is((await machine.sh(command)).status, 0);
      const changed = [{ release, what: ['initramfs'] }];
      assert.equal(await diff('be1', 'next'), { ...same, changed }, command);
      assert.equal(await diff('next@s', 'be1'), { ...same, changed }, command);
      assert.equal(await diff('next', 'next@s'), same, command);
    }
    const { stdout } = await machine.sh('be-hook diff be1 next');
    assert.match(stdout, `${release}  another initramfs\n`);
  });
});

test.run();
