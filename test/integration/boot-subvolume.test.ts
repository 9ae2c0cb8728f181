import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Booted,
  type CloudMachine,
  copyPlace,
  original,
  releases,
  type SystemPlace,
  unpackKernel,
  withCloudMachine,
} from '../support/cloud-machine.ts';
import type { MenuData } from '../support/program.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';

const newRelease = '6.18.2-300.fc44.x86_64';

/** What GRUB has to load for a kernel of a system. */
function kernelOf({ fs }: CloudMachine, { root, boot }: SystemPlace, release: string): Booted {
  return {
    image: `/${boot}/vmlinuz-${release}`,
    initrds: [`/${boot}/initramfs-${release}.img`],
    options: [`root=UUID=${fs.uuid}`, 'ro', `rootflags=subvol=${root}`, 'quiet'],
  };
}

async function entriesOf(machine: CloudMachine): Promise<MenuData['entries']> {
  return (JSON.parse(await machine.beHook('menu', '--json')) as MenuData).entries;
}

/** Checks that the menu has exactly these kernels, and that GRUB loads the files of the right environment for each. */
async function checkEntries(
  machine: CloudMachine,
  places: Readonly<Record<string, SystemPlace>>,
  expected: readonly string[],
): Promise<void> {
  const entries = await entriesOf(machine);
  assert.equal(entries.map(({ be, release }) => `${be} ${release}`).sort(), [...expected].sort());
  for (const { id, be, release } of entries) {
    assert.equal(await machine.bootsEntry(id), kernelOf(machine, places[be] ?? original, release), id);
  }
}

/** Everything in a subvolume except be-hook's menu. */
async function contentsOf({ fs }: CloudMachine, path: string): Promise<readonly unknown[]> {
  const tree = await snapshotTree(join(fs.top, path));
  return tree.filter((line) => !JSON.stringify(line).includes('be-hook.cfg'));
}

const both = (name: string): readonly string[] => releases.map((release) => `${name} ${release}`);
const test = suite('a machine whose /boot is a subvolume');

test('boots each entry with the root, kernel and initramfs of its environment', async () => {
  await withCloudMachine(async (machine) => {
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next');
    await machine.beHook('create', 'third', '-e', 'next', '--activate');
    const places = { root: original, next: copyPlace('next'), third: copyPlace('third') };

    await checkEntries(machine, places, Object.keys(places).flatMap(both));
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
    await checkEntries(machine, places, [...both('root'), `next ${newRelease}`, `next ${releases[1]}`]);
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
    const deleted = await destroy('third');
    assert.is(deleted.status, 0, deleted.stderr);
    assert.equal(await readdir(join(fs.top, 'be-hook')), ['history', 'next']);
    await checkEntries(machine, { root: original, next: place }, ['root', 'next'].flatMap(both));
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
    await checkEntries(machine, { root: original, next: now }, ['root', 'next'].flatMap(both));
    assert.is((await readdir(join(machine.fs.top, now.boot, 'loader/entries'))).length, 2);
    await machine.beHook('create', 'other', '-e', 'next@good');
    assert.equal(
      (await entriesOf(machine)).filter(({ be }) => be === 'other').map(({ image }) => image),
      releases.map((release) => `/${copyPlace('other').boot}/vmlinuz-${release}`),
    );
  });
});

test.run();
