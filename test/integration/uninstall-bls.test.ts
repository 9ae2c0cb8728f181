import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { blscfgFor } from '../support/grub/blscfg.ts';
import { bootedWords } from '../support/grub/boot.ts';
import { header, relativePaths } from '../support/grub/distribution-scripts.ts';
import { type GrubTools, grubTools } from '../support/grub/versions.ts';
import { environment } from '../support/grub/writable-disk.ts';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHookOk } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';

/** From 2.14 on, upstream has its own `blscfg`, which in the emulator reads the entries of the machine that runs it. */
async function withoutBlscfg(): Promise<readonly GrubTools[]> {
  return [await grubTools('2.06'), await grubTools('2.12')];
}

const releases = ['6.10.0-2', '6.1.0-1'] as const;
const grubenv = environment('saved_entry=id-6.10.0-2', 'blsdir=/root/boot/loader/entries', 'next_entry=id-6.1.0-1');
const firmware = "menuentry 'UEFI Firmware Settings' --id uefi-firmware { linux /none }\n";

/** A root as in Fedora with /boot on btrfs: BLS entries, and their directory in grubenv. */
async function makeFedora(fs: LoopBtrfs, grubCfg: string): Promise<void> {
  const root = await makeRoot(fs, 'root', { kernels: releases, menuDirectory: 'boot/grub2', grubCfg });
  const entries = join(root, 'boot/loader/entries');
  await mkdir(entries, { recursive: true });
  for (const release of releases) {
    const lines = [
      `title Fedora Linux (${release})`,
      `version ${release}`,
      `linux /root/boot/vmlinuz-${release}`,
      `initrd /root/boot/initramfs-${release}.img`,
      `options root=UUID=${fs.uuid} ro rootflags=subvol=root quiet`,
    ];
    await writeFile(join(entries, `id-${release}.conf`), `${lines.join('\n')}\n`);
  }
  await writeFile(join(root, 'boot/grub2/grubenv'), grubenv);
}

const copy = 'be-hook/next/root';

/**
 * Adopts the root, makes a copy that boots by default, changes something, and uninstalls be-hook. Then checks what
 * boots.
 */
async function uninstalled(
  grubCfg: string,
  change: (fs: LoopBtrfs) => Promise<void>,
  check: (
    boot: (tools: GrubTools) => Promise<{ readonly image: string | undefined; readonly errors: readonly string[] }>,
    fs: LoopBtrfs,
  ) => Promise<void>,
): Promise<void> {
  await withBtrfs({}, async (fs) => {
    await makeFedora(fs, grubCfg);
    await beHookOk('adopt', 'root', '--filesystem', fs.top);
    await beHookOk('create', 'next', '--activate', '--filesystem', fs.top);
    await change(fs);
    await beHookOk('uninstall', '--filesystem', fs.top);
    const blscfg = await blscfgFor(fs.top, ['root/boot/loader/entries', `${copy}/boot/loader/entries`]);
    await fs.sync();
    await check(async (tools) => {
      const grub = { tools, images: fs.images, menuDirectory: '/root/boot/grub2' };
      const before = `set bh_default_subvolume=/root\nexport bh_default_subvolume\n${blscfg}`;
      const { booted, errors } = await bootedWords(grub, { before });
      return { image: booted?.linux[0], errors };
    }, fs);
  });
}

const nothing = async (): Promise<void> => undefined;
const test = suite('uninstall on a machine with BLS entries');

test('boots the active environment from its own entries', async () => {
  for (const head of ['', relativePaths]) {
    await uninstalled(`${head}${header()}blscfg\n${firmware}`, nothing, async (boot) => {
      for (const tools of await withoutBlscfg()) {
        const { image, errors } = await boot(tools);
        assert.is(image, `/${copy}/boot/vmlinuz-6.10.0-2`, `${tools.version} ${head}`);
        assert.equal(
          errors.filter((line) => !line.includes('sparse') && !line.includes('grubenv')),
          [],
        );
      }
    });
  }
});

test('boots a copy of an earlier be-hook whose grubenv names its source', async () => {
  const asBefore = (fs: LoopBtrfs): Promise<void> => writeFile(join(fs.top, copy, 'boot/grub2/grubenv'), grubenv);
  await uninstalled(`${header()}blscfg\n${firmware}`, asBefore, async (boot, fs) => {
    for (const tools of await withoutBlscfg()) {
      // Its grubenv still has the source's request to boot another kernel once. GRUB cannot clear it on btrfs.
      assert.is((await boot(tools)).image, `/${copy}/boot/vmlinuz-6.1.0-1`, tools.version);
    }
    assert.match(
      await readFile(join(fs.top, copy, 'boot/grub2/grubenv'), 'utf8'),
      `blsdir=/${copy}/boot/loader/entries\n`,
    );
  });
});

test('falls back to the distribution’s menu if the other grub.cfg is missing', async () => {
  await uninstalled(`${header()}blscfg\n${firmware}`, nothing, async (boot, fs) => {
    await tool('rm', [join(fs.top, copy, 'boot/grub2/grub.cfg')]);
    await fs.sync();
    for (const tools of await withoutBlscfg()) {
      assert.match((await boot(tools)).image ?? '', /^\/root\/boot\/vmlinuz-/, tools.version);
    }
  });
});

test.run();
