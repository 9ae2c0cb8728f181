import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  allKernels,
  type CloudMachine,
  type CloudOptions,
  checkEntries,
  contentsOf,
  copyPlace,
  kernelOf,
  original,
  releases,
  type SystemPlace,
  unpackKernel,
  withCloudMachine,
} from '../support/cloud-machine.ts';
import { grub20 } from '../support/distributions/fedora-20-grub.ts';
import { grub2Editenv } from '../support/distributions/grub2-editenv.ts';
import { blscfgFor } from '../support/grub/blscfg.ts';
import { bootedWords } from '../support/grub/boot.ts';
import { grubTools } from '../support/grub/versions.ts';
import { tool } from '../support/guest/tool.ts';
import { addProgram, addPrograms } from '../support/inner-system.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHookOk, menuOf } from '../support/program.ts';
import { exportOk, importFrom } from '../support/stream-scene.ts';

const newRelease = '6.18.2-300.fc44.x86_64';

/** Gives a system the programs that kernel-install needs. */
async function addKernelInstall({ fs }: CloudMachine, place: SystemPlace): Promise<void> {
  const root = join(fs.top, place.root);
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) await mkdir(join(root, 'usr', name), { recursive: true });
  await addPrograms(root);
  for (const name of ['kernel-install', 'grub-mkrelpath', 'grub-editenv']) await addProgram(root, name);
  const scripts = {
    'usr/bin/grub2-editenv': grub2Editenv,
    'usr/lib/systemd/systemd': '#!/bin/sh\n',
    'usr/lib/kernel/install.d/20-grub.install': grub20('saved_entry'),
  };
  for (const path of ['kernel/install.d', 'systemd']) await mkdir(join(root, 'usr/lib', path), { recursive: true });
  for (const [path, text] of Object.entries(scripts)) await writeFile(join(root, path), text, { mode: 0o755 });
}

const test = suite('copies of a system whose /boot is a subvolume');

test('have a /boot of their own for commands in them', async () => {
  await withCloudMachine(async (machine) => {
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next');
    const place = copyPlace('next');
    await addKernelInstall(machine, place);
    const before = await contentsOf(machine, 'boot');
    await unpackKernel(machine, place, newRelease);
    const initramfs = join(machine.fs.top, place.boot, `initramfs-${newRelease}.img`);
    await copyFile(join(machine.fs.top, place.boot, `initramfs-${releases[0]}.img`), initramfs);

    await machine.beHook('exec', 'next', 'kernel-install', 'add', newRelease, `/usr/lib/modules/${newRelease}/vmlinuz`);
    await machine.beHook('exec', 'next', 'kernel-install', 'remove', releases[1]);

    const next = [newRelease, releases[0]].map((release) => `next ${release}`);
    await checkEntries(machine, { root: original, next: place }, [...allKernels('root'), ...next]);
    assert.equal(await contentsOf(machine, 'boot'), before);
    assert.equal(await machine.boots(), kernelOf(machine, original, releases[0]));
  });
});

test('have a /boot of their own for jobs, and boot the kernel that a job installed', async () => {
  await withCloudMachine(async (machine) => {
    await machine.beHook('setup', '--yes');
    await addKernelInstall(machine, original);
    await unpackKernel(machine, original, newRelease);
    const before = await contentsOf(machine, 'boot');

    const image = `/usr/lib/modules/${newRelease}/vmlinuz`;
    const initramfs = `cp /boot/initramfs-${releases[0]}.img /boot/initramfs-${newRelease}.img`;
    const job = `set -e; ${initramfs}; kernel-install add ${newRelease} ${image}`;
    const ran = await machine.run(['be-hook', 'run', '--name', 'job', '--', 'sh', '-c', job]);

    assert.is(ran.status, 0, ran.stderr);
    const place = copyPlace('job');
    const own = [newRelease, ...releases].map((release) => `job ${release}`);
    await checkEntries(machine, { root: original, job: place }, [...allKernels('root'), ...own]);
    assert.equal(await machine.boots(), kernelOf(machine, place, newRelease));
    assert.equal(await contentsOf(machine, 'boot'), before);
  });
});

/** Uninstalls be-hook on a machine that boots a copy by default. Then checks that GRUB boots the entry of the copy. */
async function bootsAfterUninstall(
  options: CloudOptions,
  change: (machine: CloudMachine) => Promise<void>,
): Promise<void> {
  await withCloudMachine(async (machine) => {
    const { fs } = machine;
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next', '--activate');
    await change(machine);
    await machine.beHook('uninstall');
    const place = copyPlace('next');
    const before = await blscfgFor(
      fs.top,
      ['boot', place.boot].map((boot) => `${boot}/loader/entries`),
    );
    await fs.sync();
    const grub = { tools: await grubTools('2.12'), images: fs.images, menuDirectory: '/boot/grub2' };
    const { booted } = await bootedWords(grub, { before });
    assert.is(booted?.linux[0], kernelOf(machine, place, releases[0]).image);
  }, options);
}

const nothing = async (): Promise<void> => undefined;

for (const [what, options, change] of [
  ['an empty grubenv', {}, nothing],
  ['a damaged grubenv', { grubenv: null }, nothing],
  ['no grubenv', {}, ({ fs }: CloudMachine) => rm(join(fs.top, copyPlace('next').boot, 'grub2/grubenv'))],
] as const) {
  test(`boot by the distribution’s menu after uninstall, with ${what}`, async () => {
    await bootsAfterUninstall(options, change);
  });
}

test('are exported and imported with /boot, on the same and on another file system', async () => {
  await withCloudMachine(async (machine) => {
    const { fs } = machine;
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next');
    await withBtrfs({ sizeMiB: 512 }, async (other) => {
      const file = join(other.top, 'stream');
      await exportOk(file, fs, 'next');
      for (const to of [fs, other]) {
        const came = await importFrom(file, to, 'guest');
        assert.is(came.status, 0, came.stderr);
        const place = copyPlace('guest');
        const expected = releases.map((release) => kernelOf({ fs: to }, place, release));
        const entries = (await menuOf(to.top)).entries.filter(({ be }) => be === 'guest');
        assert.equal(
          entries.map(({ image, initrds, options }) => ({ image, initrds, options: options.split(' ') })),
          expected,
        );
        const written = await tool('grep', ['-rhE', '^(linux|initrd) |/boot |blsdir', join(to.top, 'be-hook/guest')]);
        assert.not.match(written, / \/boot\/(vmlinuz|initramfs)|subvol=boot |blsdir=\/boot|next/);
        await beHookOk('destroy', '-F', 'guest', '--filesystem', to.top).catch(() => undefined);
      }
    });
  });
});

test.run();
