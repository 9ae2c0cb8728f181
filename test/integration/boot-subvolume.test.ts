import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  allKernels,
  checkEntries,
  contentsOf,
  copyPlace,
  entriesOf,
  kernelOf,
  original,
  releases,
  unpackKernel,
  withCloudMachine,
} from '../support/cloud-machine.ts';

const newRelease = '6.18.2-300.fc44.x86_64';

const test = suite('a machine whose /boot is a subvolume');

test('boots each entry with the root, kernel and initramfs of its environment', async () => {
  await withCloudMachine(async (machine) => {
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next');
    await machine.beHook('create', 'third', '-e', 'next', '--activate');
    const places = { root: original, next: copyPlace('next'), third: copyPlace('third') };

    await checkEntries(machine, places, Object.keys(places).flatMap(allKernels));
    assert.equal(await machine.boots(), kernelOf(machine, places.third, releases[0]));
    for (const name of ['root', 'next'] as const) {
      await machine.beHook('activate', name);
      assert.equal(await machine.boots(), kernelOf(machine, places[name], releases[0]), name);
    }
    const { stdout } = await machine.run(['be-hook', 'check']);
    assert.is(stdout, '');
  });
});

test('keeps the kernels of the others when one environment adds and removes kernels', async () => {
  await withCloudMachine(async (machine) => {
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next', '--activate');
    const place = copyPlace('next');
    const before = await contentsOf(machine, 'boot');
    await unpackKernel(machine, place, newRelease);

    const image = `/usr/lib/modules/${newRelease}/vmlinuz`;
    const added = await machine.run(['kernel-install', 'add', newRelease, image], { place });
    assert.is(added.status, 0, added.stderr);
    assert.not.match(added.stderr, 'be-hook');
    const removed = await machine.run(['kernel-install', 'remove', releases[0]], { place });
    assert.is(removed.status, 0, removed.stderr);

    const places = { root: original, next: place };
    await checkEntries(machine, places, [...allKernels('root'), `next ${newRelease}`, `next ${releases[1]}`]);
    assert.equal(await machine.boots(), kernelOf(machine, place, newRelease));
    assert.equal(await contentsOf(machine, 'boot'), before);
  });
});

test('keeps the environment with the GRUB directory that the firmware starts', async () => {
  await withCloudMachine(async (machine) => {
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next', '--activate');
    await machine.beHook('create', 'third');
    const { fs } = machine;
    const place = copyPlace('next');
    const destroy = (name: string) => machine.run(['be-hook', 'destroy', '-F', name], { place });

    const refused = await destroy('root');
    assert.is(refused.status, 5);
    assert.match(refused.stderr, /GRUB starts from it: \/boot\/efi\/EFI\/fedora\/grub.cfg leads to \/boot\/grub2/);
    const activated = await machine.run(['be-hook', 'activate', 'third'], { place });
    assert.is(activated.status, 0, activated.stderr);
    assert.equal(await machine.boots(), kernelOf(machine, copyPlace('third'), releases[0]));
    await machine.run(['be-hook', 'activate', 'next'], { place });
    assert.equal(await machine.boots(), kernelOf(machine, place, releases[0]));
    const deleted = await destroy('third');
    assert.is(deleted.status, 0, deleted.stderr);
    assert.equal(await readdir(join(fs.top, 'be-hook')), ['history', 'next']);
    await checkEntries(machine, { root: original, next: place }, ['root', 'next'].flatMap(allKernels));
  });
});

test('changes the command lines of one environment only', async () => {
  await withCloudMachine(async (machine) => {
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next', '--activate');
    const before = await contentsOf(machine, 'boot');

    await machine.beHook('cmdline', 'next', '--append', 'nosmt');

    const { image, initrds, options } = kernelOf(machine, copyPlace('next'), releases[0]);
    assert.equal(await machine.boots(), { image, initrds, options: [...options, 'nosmt'] });
    assert.equal(await contentsOf(machine, 'boot'), before);
    const entries = join(machine.fs.top, copyPlace('next').boot, 'loader/entries');
    for (const name of await readdir(entries))
      assert.match(await readFile(join(entries, name), 'utf8'), ' quiet nosmt\n');
  });
});

test('restores the kernels of a snapshot', async () => {
  await withCloudMachine(async (machine) => {
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next');
    await machine.beHook('snapshot', 'next@good');
    const boot = copyPlace('next').boot;
    for (const name of [`vmlinuz-${releases[0]}`, `loader/entries/damaged.conf`])
      await writeFile(join(machine.fs.top, boot, name), 'damaged');

    await machine.beHook('rollback', 'next@good');

    const now = copyPlace('next-2');
    await checkEntries(machine, { root: original, next: now }, ['root', 'next'].flatMap(allKernels));
    assert.is((await readdir(join(machine.fs.top, now.boot, 'loader/entries'))).length, 2);
    await machine.beHook('create', 'other', '-e', 'next@good');
    assert.equal(
      (await entriesOf(machine)).filter(({ be }) => be === 'other').map(({ image }) => image),
      releases.map((release) => `/${copyPlace('other').boot}/vmlinuz-${release}`),
    );
  });
});

test.run();
