import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RootFacts } from '../../lib/model/observation.ts';
import { addPrograms } from '../support/inner-system.ts';
import { observeInside } from '../support/observe-inside.ts';
import { type BootType, bootMachineId, type SeparateBootMachine, withSeparateBoot } from '../support/separate-boot.ts';
import { loadedByEntry } from '../support/separate-boot-entries.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';

const test = suite('private /boot');

const [older, newer] = ['6.17.1-300.fc44.x86_64', '6.18.2-300.fc44.x86_64'];

/** Makes the boot environments be1, which runs, and `next`. */
async function withNext(type: BootType, body: (machine: SeparateBootMachine) => Promise<void>): Promise<void> {
  await withSeparateBoot(type, [older], async (machine) => {
    await beHook(machine, 'setup --yes');
    await mkdir(machine.path('usr/bin'));
    await addPrograms(machine.path(''));
    await beHook(machine, 'create next');
    await body(machine);
  });
}

async function beHook(machine: SeparateBootMachine, words: string): Promise<string> {
  const { status, stdout, stderr } = await machine.sh(`be-hook ${words}`);
  assert.is(status, 0, stdout + stderr);
  return stdout;
}

/** Does in an environment what a kernel package does: adds a kernel, and removes the old one. */
const upgradeKernel = `
  set -e
  mkdir -p /usr/lib/modules/${newer}/kernel
  echo >/usr/lib/modules/${newer}/modules.dep
  for n in $(seq 400); do echo "KERNEL next ${newer}"; done >/boot/vmlinuz-${newer}
  for n in $(seq 400); do echo "INITRD next ${newer}"; done >/boot/.tmp
  mv /boot/.tmp /boot/initramfs-${newer}.img
  sed "s/${older}/${newer}/g" /boot/loader/entries/${bootMachineId}-${older}.conf >/boot/loader/entries/${bootMachineId}-${newer}.conf
  rm -r /usr/lib/modules/${older} /boot/vmlinuz-${older} /boot/initramfs-${older}.img
  rm /boot/loader/entries/${bootMachineId}-${older}.conf
  echo changed >>/boot/grub2/grubenv
  mkdir /boot/new
`;

/** Everything in the separate /boot, except for the files of be-hook. */
async function distributionsFiles({ boot }: SeparateBootMachine): Promise<readonly string[]> {
  return (await snapshotTree(boot.top)).filter((line) => !/^\S*\/be-hook[./]/.test(line.slice(boot.top.length)));
}

for (const type of ['ext4', 'xfs', 'btrfs'] as const satisfies readonly BootType[]) {
  test(`keeps what a command in a copy does to /boot from other environments on ${type}`, async () => {
    await withNext(type, async (machine) => {
      const before = await distributionsFiles(machine);

      await beHook(machine, `exec next sh -c '${upgradeKernel}'`);

      assert.equal(await distributionsFiles(machine), before);
      // be-hook has copied and recorded what the command made.
      const { observation } = await observeInside(machine, 'read');
      const root = observation.roots.find(({ subvolume }) => subvolume.path === 'be-hook/next/root');
      assert.equal(root?.privateBoot, { files: [], blsEntries: [], variables: [] });
      assert.equal(await loadedByEntry(machine), {
        [`be1 ${older}`]: { kernel: `KERNEL be1 ${older}`, initrd: `INITRD be1 ${older}`, root: '@be1' },
        [`next ${newer}`]: {
          kernel: `KERNEL next ${newer}`,
          initrd: `INITRD next ${newer}`,
          root: 'be-hook/next/root',
        },
      });
    });
  });
}

test('a job in a copy publishes the kernel that it installed, and leaves nothing behind', async () => {
  await withNext('ext4', async (machine) => {
    const before = await distributionsFiles(machine);
    await beHook(machine, `run --name third -- sh -c '${upgradeKernel}'`);

    assert.equal(await distributionsFiles(machine), before);
    const third = (await loadedByEntry(machine))[`third ${newer}`];
    const root = 'be-hook/third/root';
    assert.equal(third, { kernel: `KERNEL next ${newer}`, initrd: `INITRD next ${newer}`, root });
    const upper = join(machine.fs.top, root, 'boot/.be-hook/upper');
    assert.equal(
      (await readdir(upper)).filter((name) => name.includes(newer)),
      [],
    );
    assert.match((await machine.sh('be-hook sync --dry-run')).stdout, /^$/);
  });
});

test('shows the command all of /boot, and its own changes the next time', async () => {
  await withNext('ext4', async (machine) => {
    const list = 'be-hook exec next sh -c "ls /boot; cat /boot/mine; ls /boot/.be-hook"';
    await beHook(machine, 'exec next sh -c "echo first >/boot/mine"');
    const { stdout, stderr } = await machine.sh(list);
    const names = ['be-hook', 'grub2', `initramfs-${older}.img`, 'loader', 'lost+found', 'mine', `vmlinuz-${older}`];
    assert.is(stdout, [...names, 'first', ''].join('\n'));
    assert.match(stderr, /\.be-hook: No such file or directory/);
    assert.is(await machine.readBoot('mine'), '');
  });
});

test('is the separate /boot itself for a command in the running environment', async () => {
  await withNext('ext4', async (machine) => {
    await beHook(machine, 'exec be1 sh -c "echo first >/boot/mine"');
    assert.is(await machine.readBoot('mine'), 'first\n');
    assert.equal(await readdir(machine.path('boot')), []);
  });
});

test('counts only if root alone could write it', async () => {
  await withNext('ext4', async (machine) => {
    const place = join(machine.fs.top, 'be-hook/next/root/boot/.be-hook');
    const upper = 'be-hook/next/root/boot/.be-hook/upper';
    await mkdir(join(place, 'upper/loader/entries'), { recursive: true });
    const names = [`initramfs-${newer}.img`, `vmlinuz-${newer}`];
    for (const name of names) await writeFile(join(place, 'upper', name), 'content');
    await writeFile(join(place, `upper/loader/entries/${newer}.conf`), 'title next\n');
    const facts = async (): Promise<RootFacts['privateBoot'] | undefined> => {
      const { observation } = await observeInside(machine, 'read');
      return observation.roots.find(({ subvolume }) => subvolume.path.includes('next'))?.privateBoot;
    };
    const found = await facts();
    assert.equal(
      found?.files.map(({ on, path, fault }) => [on, path, fault]),
      names.map((name) => ['root', `${upper}/${name}`, undefined]),
    );
    assert.equal(
      found?.blsEntries.map(({ kind, path }) => [kind, path]),
      [['text', `${upper}/loader/entries/${newer}.conf`]],
    );
    await chmod(place, 0o777);
    assert.equal(await facts(), { files: [], blsEntries: [], variables: [] });
  });
});

test.run();
