import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BubbleFile, type Ended, inBubble, rootOf } from '../support/bubble.ts';
import { firstSnapshot, suseGrubCfg } from '../support/distributions/opensuse-snapshot-booting.ts';
import { tool } from '../support/guest/tool.ts';
import { furnish } from '../support/hook-machine.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import type { ListedEnvironment } from '../support/program.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';
import { checkAgreement } from '../support/suse-agreement.ts';
import {
  defaultOf,
  installSuse,
  installSuseKernel,
  rollBackWithSnapper,
  suseRelease,
} from '../support/suse-machine.ts';

const test = suite("a running system with openSUSE's snapshot booting");

const newRelease = '6.12.0-160000.9-default';

const withMachine = preparedBtrfs(
  async (fs) => {
    await installSuse(fs);
    await furnish(join(fs.top, firstSnapshot));
    await ok(fs, firstSnapshot, 'be-hook setup --yes --name leap && be-hook create next');
  },
  { sizeMiB: 256 },
);

/** Runs a fixed sh program in the system of this subvolume. Its generator makes openSUSE's menu for the new kernel. */
function sh(
  fs: LoopBtrfs,
  subvolume: string,
  script: string,
  more: Readonly<Record<string, BubbleFile>> = {},
): Promise<Ended> {
  const text = `#!/bin/sh\ncat <<'EOF'\n${suseGrubCfg(fs.uuid, newRelease)}EOF\n`;
  const files = { '/usr/sbin/grub2-mkconfig': { text, mode: 0o755 }, ...more };
  return inBubble(rootOf(fs, subvolume), ['sh', '-euc', script], { files });
}

async function ok(fs: LoopBtrfs, subvolume: string, script: string): Promise<string> {
  const { status, stdout, stderr } = await sh(fs, subvolume, script);
  if (status !== 0) throw new Error(`status ${status}: ${stderr}`);
  return stdout;
}

async function listIn(fs: LoopBtrfs, subvolume: string): Promise<readonly ListedEnvironment[]> {
  return (JSON.parse(await ok(fs, subvolume, 'be-hook list --json')) as { environments: readonly ListedEnvironment[] })
    .environments;
}

test('offers a new kernel of suse-module-tools at the end of an rpm transaction', async () => {
  await withMachine(async (fs) => {
    const root = join(fs.top, firstSnapshot);
    await installSuseKernel(root, newRelease);
    const old = [`usr/lib/modules/${suseRelease}`, `boot/vmlinuz-${suseRelease}`, `boot/initrd-${suseRelease}`];
    for (const path of old) await rm(join(root, path), { recursive: true });
    await ok(fs, firstSnapshot, '/usr/lib/be-hook/posttrans </dev/null');
    const menu = await readFile(join(root, 'boot/grub2/be-hook.cfg'), 'utf8');
    assert.match(menu, `set default=be-hook:leap:${newRelease}\n`);
    assert.match(menu, `linux /${firstSnapshot}/usr/lib/modules/${newRelease}/vmlinuz`);
    assert.match(menu, `initrd /${firstSnapshot}/boot/initrd-${newRelease}\n`);
    assert.match(await readFile(join(root, 'boot/grub2/grub.cfg'), 'utf8'), `/boot/vmlinuz-${newRelease}`);
    assert.is(await ok(fs, firstSnapshot, 'be-hook sync --dry-run'), '');
    await checkAgreement(fs);
  });
});

test('adopts the system that snapper chose by the next hook, before and after the reboot', async () => {
  for (const subvolume of [firstSnapshot, '@/.snapshots/3/snapshot']) {
    await withMachine(async (fs) => {
      await rollBackWithSnapper(fs, firstSnapshot, 3);
      const before = await listIn(fs, subvolume);
      const chosen = before.find(({ name }) => name === 'snapper-3');
      assert.equal([chosen?.active, chosen?.running], [true, subvolume !== firstSnapshot]);
      await ok(fs, subvolume, '/usr/lib/be-hook/posttrans </dev/null');
      const after = await listIn(fs, firstSnapshot);
      assert.equal(after.map(({ name }) => name).sort(), ['leap', 'next', 'snapper-3']);
      await checkAgreement(fs, subvolume);
    });
  }
});

test('shares the volumes below /boot/grub2 with copies, and copies none of them', async () => {
  await withMachine(async (fs) => {
    const listed = await tool('btrfs', ['subvolume', 'list', '-o', join(fs.top, 'be-hook')]);
    assert.not.match(listed, /volumes|grub2/);
    const fstab = (path: string): Promise<string> => readFile(join(fs.top, path, 'etc/fstab'), 'utf8');
    assert.is(await fstab('be-hook/next/root'), await fstab(firstSnapshot));
    const mount = `mount -o subvol=/@/boot/grub2/x86_64-efi "$(findmnt -no SOURCE / | sed 's/\\[.*//')" /boot/grub2/x86_64-efi`;
    const seen = await ok(fs, 'be-hook/next/root', `${mount}; ls /boot/grub2/x86_64-efi`);
    assert.match(seen, 'normal.mod');
  });
});

test('restores the default subvolume and the menus if the activation cannot be recorded', async () => {
  await withMachine(async (fs) => {
    const before = await snapshotTree(fs.top);
    const text = `#!/bin/sh
case "$*" in
  *trusted.be-hook.active*) echo boom >&2; exit 1 ;;
esac
exec /usr/lib/real "$@"
`;
    const script = `cp -L "$(command -v setfattr)" /usr/lib/real
cp /usr/lib/stand-in "$(command -v setfattr)"
be-hook activate next`;
    const stopped = await sh(fs, firstSnapshot, script, { '/usr/lib/stand-in': { text, mode: 0o755 } });
    assert.is(stopped.status, 74, stopped.stderr);
    assert.match(stopped.stderr, 'boom');
    assert.is(await defaultOf(fs), firstSnapshot);
    assert.equal(await snapshotTree(fs.top), before);
    await checkAgreement(fs);
  });
});

test('leaves the default subvolume and its own menu behind when it is uninstalled', async () => {
  await withMachine(async (fs) => {
    await ok(fs, firstSnapshot, 'be-hook activate next && be-hook uninstall');
    assert.is(await defaultOf(fs), 'be-hook/next/root');
    const texts = await Promise.all(
      [firstSnapshot, 'be-hook/next/root'].map((path) => readFile(join(fs.top, path, 'boot/grub2/grub.cfg'), 'utf8')),
    );
    for (const text of texts) assert.is(text, suseGrubCfg(fs.uuid, suseRelease));
  });
});

test.run();
