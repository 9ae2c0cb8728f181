import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SetupData } from '../../lib/cli/output/schema/setup.ts';
import { type Ended, inBubble, rootOf } from '../support/bubble.ts';
import { withCloudMachine } from '../support/cloud-machine.ts';
import { firstSnapshot } from '../support/distributions/opensuse-snapshot-booting.ts';
import { fingerprintOf, withFreshMachine } from '../support/fresh-machine.ts';
import { furnish } from '../support/hook-machine.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { withSeparateBoot } from '../support/separate-boot.ts';
import { installSuse } from '../support/suse-machine.ts';

const test = suite('be-hook setup on each layout');

/** The part of a machine that these tests need. */
interface Scene {
  readonly run: (command: readonly string[]) => Promise<Ended>;
  /** The present place of a path that be-hook prints. */
  readonly at: (path: string) => string;
  /** A fingerprint of everything that setup says it does not change. */
  readonly distribution: () => Promise<string>;
}

const unchanged = [
  'partitions and /etc/fstab',
  'the boot loader, and how the firmware starts it',
  'the kernels, initramfs files, command lines and boot loader entries of the distribution',
];

const ownBoot = 'each environment has its own in its /boot';

type Places = Pick<
  SetupData,
  'layout' | 'boot' | 'loader' | 'menuFiles' | 'generatorScript' | 'keptImages' | 'unchanged'
>;

/** Checks the dry run, its JSON, the files after the set-up, and that the distribution's files are the same. */
async function checkSetup({ run, at, distribution }: Scene, places: Places, kernels: string): Promise<void> {
  const plan = async (...words: string[]): Promise<string> => {
    const { status, stdout, stderr } = await run(['be-hook', 'setup', '--dry-run', ...words]);
    assert.is(status, 0, stderr);
    return stdout;
  };
  const { layout, boot, loader, menuFiles, generatorScript } = places;
  const phrase = boot === null ? layout : `${layout} (${boot.type})`;
  const rows = [
    ['layout', phrase],
    ['loader', loader],
    ...menuFiles.map((file) => ['menu', file]),
    ['generator script', generatorScript],
    ['kernels', kernels],
    ...places.unchanged.map((part) => ['unchanged', part]),
  ];
  const printed = (await plan()).split('\n');
  assert.equal(
    printed.slice(0, rows.length).map((line) => line.split(/: +/).slice(0, 2)),
    rows,
  );
  assert.match(printed[rows.length] ?? '', /^1\. /);
  const { steps, ...data } = JSON.parse(await plan('--json')) as SetupData;
  assert.ok(steps.length > 0);
  assert.equal(data, { version: 1, dryRun: true, warnings: [], unresolved: [], notes: [], ...places });

  const files = [...menuFiles, ...(generatorScript === null ? [] : [generatorScript])].map(at);
  assert.equal(files.filter(existsSync), []);
  const before = await distribution();
  const done = await run(['be-hook', 'setup', '--yes']);
  assert.is(done.status, 0, done.stderr);
  assert.match(done.stderr, `be-hook is set up on the layout ${phrase}: the boot loader shows its menu from now on\n`);
  assert.equal(files.filter(existsSync), files);
  assert.is(await distribution(), before);
  const again = JSON.parse((await run(['be-hook', 'setup', '--json'])).stdout) as SetupData;
  assert.equal(again, { ...data, dryRun: false, steps: [] });
}

test('boot-in-root: names the files in the running root', async () => {
  await withFreshMachine(async (machine) => {
    const at = (path: string): string => join(machine.fs.top, path);
    const distribution = (): Promise<string> =>
      fingerprintOf(machine.path('boot'), 'vmlinuz-6.1.0-1', 'initrd.img-6.1.0-1', '../etc/fstab').then(withoutMark);
    await checkSetup(
      { run: machine.run, at, distribution },
      {
        layout: 'boot-in-root',
        boot: null,
        loader: 'GRUB, started by BIOS',
        menuFiles: ['/@be1/boot/grub/be-hook.cfg'],
        generatorScript: '/@be1/etc/grub.d/99_be-hook',
        keptImages: null,
        unchanged,
      },
      ownBoot,
    );
  });
});

test('separate-boot: names the directory for copies of kernels', async () => {
  const release = '6.17.1-300.fc44.x86_64';
  await withSeparateBoot('ext4', [release], async (machine) => {
    const { top, uuid } = machine.boot;
    const at = (path: string): string =>
      path.startsWith('/boot/') ? join(top, path.slice('/boot/'.length)) : join(machine.fs.top, path);
    const distribution = async (): Promise<string> =>
      (await fingerprintOf(top, `vmlinuz-${release}`, `initramfs-${release}.img`, 'loader')) +
      withoutMark(await fingerprintOf(machine.path('etc'), 'fstab', 'kernel'));
    await checkSetup(
      { run: machine.run, at, distribution },
      {
        layout: 'separate-boot',
        boot: { uuid, type: 'ext4' },
        loader: 'GRUB, started by BIOS',
        menuFiles: ['/boot/grub2/be-hook.cfg'],
        generatorScript: '/@be1/etc/grub.d/99_be-hook',
        keptImages: '/boot/be-hook',
        unchanged,
      },
      'copies in /boot/be-hook, when needed',
    );
    assert.not.ok(existsSync(join(top, 'be-hook')));
  });
});

test('boot-subvolume: names the stub and the subvolume to which it leads', async () => {
  await withCloudMachine(async (machine) => {
    const at = (path: string): string => join(machine.fs.top, path);
    const distribution = (): Promise<string> =>
      fingerprintOf(at('boot'), 'loader', '../root/etc/fstab', '../root/etc/kernel').then(withoutMark);
    await checkSetup(
      { run: machine.run, at, distribution },
      {
        layout: 'boot-subvolume',
        boot: null,
        loader: 'GRUB, started by BIOS; /boot/efi/EFI/fedora/grub.cfg leads to /boot/grub2',
        menuFiles: ['/boot/grub2/be-hook.cfg'],
        generatorScript: '/root/etc/grub.d/99_be-hook',
        keptImages: null,
        unchanged,
      },
      ownBoot,
    );
  });
});

test('snapshot-booting: says that the default subvolume stays as it is', async () => {
  await withBtrfs({ sizeMiB: 256 }, async (fs) => {
    await installSuse(fs);
    const root = join(fs.top, firstSnapshot);
    await furnish(root);
    const at = (path: string): string => join(fs.top, path);
    const distribution = (): Promise<string> => fingerprintOf(root, 'etc/fstab', 'usr/lib/modules').then(withoutMark);
    await checkSetup(
      { run: (command) => inBubble(rootOf(fs, firstSnapshot), command), at, distribution },
      {
        layout: 'snapshot-booting',
        boot: null,
        loader: 'GRUB, started by BIOS',
        menuFiles: [`/${firstSnapshot}/boot/grub2/be-hook.cfg`],
        generatorScript: `/${firstSnapshot}/etc/grub.d/99_be-hook`,
        keptImages: null,
        unchanged: [...unchanged, 'the default subvolume of the file system'],
      },
      ownBoot,
    );
  });
});

/** A fingerprint without the attributes of be-hook. */
function withoutMark(fingerprint: string): string {
  return fingerprint.replace(/^# file: [^]*/m, '').trim();
}

test.run();
