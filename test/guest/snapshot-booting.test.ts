import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseEntry } from '../support/disk/menu-edit.ts';
import { firstSnapshot, suseGrubCfg } from '../support/distributions/opensuse-snapshot-booting.ts';
import type { Attempt } from '../support/grub/recorder.ts';
import { runInDefault } from '../support/grub/snapshot-booting.ts';
import { grubTools } from '../support/grub/versions.ts';
import { addInitramfsId } from '../support/guest/initramfs-id.ts';
import { type GuestKernel, kernels } from '../support/guest/kernels.ts';
import { boot } from '../support/guest/qemu.ts';
import type { BootReport } from '../support/guest/report.ts';
import { tool } from '../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { needTool } from '../support/need-tool.ts';
import { beHookOk, type MenuEntry, menuOf } from '../support/program.ts';
import {
  defaultOf,
  installSuse,
  installSuseKernel,
  rollBackWithSnapper,
  suseRelease,
} from '../support/suse-machine.ts';

/*
 * openSUSE's snapshot booting with real kernels. GRUB's own code chooses the kernel, the initrd and the command line, and
 * a machine with these mounts its root.
 */
const test = suite('a machine with snapshot booting');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'cpio'));

/** Installs real kernels where suse-module-tools has them, and the menu of grub2-mkconfig for the newest, the last one. */
async function installKernels(fs: LoopBtrfs, installed: readonly GuestKernel[]): Promise<void> {
  const root = join(fs.top, firstSnapshot);
  for (const path of [`usr/lib/modules/${suseRelease}`, `boot/initrd-${suseRelease}`, `boot/vmlinuz-${suseRelease}`])
    await rm(join(root, path), { recursive: true });
  for (const { release, vmlinuz, tinyInitramfs } of installed) {
    await installSuseKernel(root, release);
    await copyFile(vmlinuz, join(root, 'usr/lib/modules', release, 'vmlinuz'));
    await addInitramfsId(tinyInitramfs, `leap ${release}`, join(root, `boot/initrd-${release}`));
    await writeFile(join(root, 'boot/grub2/grub.cfg'), suseGrubCfg(fs.uuid, release));
  }
}

/** What GRUB boots from the default subvolume, with the keys that an administrator presses. */
async function chosenBy(fs: LoopBtrfs, keys?: readonly string[]): Promise<Attempt> {
  const scene = { tools: await grubTools('2.12'), images: fs.images, defaultSubvolume: await defaultOf(fs) };
  await fs.sync();
  const { booted, messages } = await fs.unmounted(() => runInDefault(scene, keys === undefined ? {} : { keys }));
  assert.ok(booted !== undefined, messages.join('\n'));
  return booted;
}

/** The report of a machine that boots this. `from` is the subvolume from which the paths begin, the top level by default. */
async function reportOf(fs: LoopBtrfs, { linux, initrd }: Attempt, from = ''): Promise<BootReport> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-start-'));
  try {
    const [path = '', ...words] = linux;
    const [image, initramfs] = [join(directory, 'vmlinuz'), join(directory, 'initrd')];
    await copyFile(join(fs.top, from, path), image);
    await copyFile(join(fs.top, from, initrd[0] ?? ''), initramfs);
    const serial = 'console=ttyS0 panic=-1 no_timer_check';
    const kernel = { image, initramfs, commandLine: [...words, serial].join(' ') };
    await fs.sync();
    const { report, serial: output } = await fs.unmounted(() => boot(fs.image, { kernel }));
    assert.ok(report !== undefined, output);
    return report;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Boots what GRUB has chosen, and checks that the root, the kernel and the initrd are those of the entry. */
async function expectBoot(fs: LoopBtrfs, entry: MenuEntry | undefined, root: string): Promise<void> {
  const chosen = await chosenBy(fs);
  assert.equal([chosen.linux[0], chosen.initrd], [entry?.image, entry?.initrds]);
  const { id, subvolume, release, initramfs } = await reportOf(fs, chosen);
  assert.equal([id, subvolume, release], [entry?.be, `/${root}`, entry?.release]);
  assert.is(initramfs, `leap ${release}`, 'a copy has the initrd of its source');
}

const copy = 'be-hook/next/root';

test('boots every environment with its kernel, and a rollback by snapper before and after be-hook adopts it', async () => {
  const [older, newer] = await kernels();
  await withBtrfs({ sizeMiB: 1024 }, async (fs) => {
    const run = (...words: readonly string[]): Promise<string> => beHookOk(...words, '--filesystem', fs.top);
    await installSuse(fs);
    await installKernels(fs, [older, newer]);
    await writeFile(join(fs.top, firstSnapshot, 'etc/be-id'), 'leap');
    await run('adopt', firstSnapshot, '--name', 'leap');
    await run('create', 'next');
    await writeFile(join(fs.top, copy, 'etc/be-id'), 'next');
    for (const path of [
      `usr/lib/modules/${newer.release}`,
      `boot/initrd-${newer.release}`,
      `boot/vmlinuz-${newer.release}`,
    ])
      await rm(join(fs.top, copy, path), { recursive: true });
    await tool('ln', ['-sfn', `vmlinuz-${older.release}`, join(fs.top, copy, 'boot/vmlinuz')]);
    await tool('ln', ['-sfn', `initrd-${older.release}`, join(fs.top, copy, 'boot/initrd')]);
    await run('activate', 'next');

    const { entries } = await menuOf(fs.top);
    assert.equal(
      entries.map(({ be, release }) => [be, release]).sort(),
      [
        ['leap', older.release],
        ['leap', newer.release],
        ['next', older.release],
      ].sort(),
    );
    await expectBoot(
      fs,
      entries.find((entry) => entry.default),
      copy,
    );
    const other = entries.find(({ be, release }) => be === 'leap' && release === newer.release);
    await chooseEntry(join(fs.top, copy, 'boot/grub2/be-hook.cfg'), other?.id ?? '');
    await expectBoot(fs, other, firstSnapshot);

    const made = await rollBackWithSnapper(fs, firstSnapshot, 3);
    await writeFile(join(fs.top, made, 'etc/be-id'), 'snapper-3');
    const own = await chosenBy(fs);
    assert.equal(
      [own.linux[0], own.linux.some((word) => word.startsWith('rootflags='))],
      [`/boot/vmlinuz-${newer.release}`, false],
    );
    const { id, subvolume, release } = await reportOf(fs, own, made);
    assert.equal([id, subvolume, release], ['snapper-3', `/${made}`, newer.release], 'before be-hook has adopted it');
    await run('sync');
    const adopted = (await menuOf(fs.top)).entries.find((entry) => entry.default);
    assert.is(adopted?.be, 'snapper-3');
    await expectBoot(fs, adopted, made);
  });
});

test.run();
