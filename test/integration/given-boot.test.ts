import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fingerprintOf } from '../support/fresh-machine.ts';
import { tool } from '../support/guest/tool.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk } from '../support/program.ts';
import { type SeparateBootMachine, withBootImage, withSeparateBoot } from '../support/separate-boot.ts';
import { loadedByEntry } from '../support/separate-boot-entries.ts';

/*
 * An administrator repairs a machine from a rescue system: neither the btrfs nor its separate /boot belongs to the system that runs
 * be-hook.
 */
const test = suite('--boot');

const release = '6.17.1-300.fc44.x86_64';

/** Makes the first root name its /boot by this text. */
const nameBoot = ({ fs, write }: SeparateBootMachine, source: string): Promise<void> =>
  write('etc/fstab', `UUID=${fs.uuid} / btrfs subvol=@be1 0 0\n${source} /boot ext4 defaults 1 2\n`);

/** The kernels that GRUB loads, with two environments. */
const bothEntries = Object.fromEntries(
  Object.entries({ be1: '@be1', next: 'be-hook/next/root' }).map(([name, root]) => [
    `${name} ${release}`,
    { kernel: `KERNEL be1 ${release}`, initrd: `INITRD be1 ${release}`, root },
  ]),
);

/** Checks that be-hook refuses this /boot with status 78 and this reason, and that it changes neither file system. */
async function refuses({ fs, boot }: SeparateBootMachine, where: string, why: string): Promise<void> {
  const state = async (): Promise<string> => (await fingerprintOf(fs.top, '.')) + (await fingerprintOf(boot.top, '.'));
  const before = await state();
  for (const words of [['list'], ['setup', '--yes', '@be1']]) {
    const ended = await beHook('--filesystem', fs.device, '--boot', where, ...words);
    assert.is(ended.status, 78, ended.stderr);
    assert.match(ended.stderr, `be-hook: cannot use ${where} as the separate /boot: ${why}`);
  }
  assert.is(await state(), before);
}

for (const [title, source] of [
  ['a label that no device has', 'LABEL=be-hook-nowhere'],
  ['a kernel name, which means another disk now', '/dev/loop0'],
  ['a partition that does not exist here', 'PARTUUID=11111111-2222-3333-4444-555555555555'],
  ['its UUID', undefined],
] as const) {
  test(`opens the file system if the fstab has ${title}`, async () => {
    await withSeparateBoot('ext4', [release], async (machine) => {
      const { fs, boot } = machine;
      await nameBoot(machine, source ?? `UUID=${boot.uuid}`);
      const rescue = ['--filesystem', fs.device, '--boot', boot.device];
      if (source?.startsWith('LABEL') === true) {
        const without = await beHook('setup', '--yes', '@be1', '--filesystem', fs.device);
        assert.is(without.status, 78, without.stderr);
      }
      await beHookOk(...rescue, 'setup', '--yes', '@be1', '--name', 'be1');
      await beHookOk('create', 'next', ...rescue);

      const json: SeparateBootMachine['json'] = async (...words) =>
        JSON.parse(await beHookOk(...words, '--json', ...rescue)) as unknown;
      assert.equal(await loadedByEntry({ ...machine, json }), bothEntries);
      assert.is(await beHookOk(...rescue, 'sync', '--dry-run'), '');
      assert.match(await beHookOk(...rescue, 'status'), `ext4 ${boot.uuid}`);
    });
  });
}

test('takes a mount point, and an image that has a loop device', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    const { fs, boot } = machine;
    await nameBoot(machine, 'LABEL=be-hook-nowhere');
    await beHookOk('setup', '--yes', '@be1', '--filesystem', fs.top, '--boot', boot.top);
    assert.match(await machine.readBoot('grub2/be-hook.cfg'), release);
    assert.match(await beHookOk('menu', '--filesystem', fs.device, '--boot', boot.image), release);
  });
});

test('refuses a file system that has another UUID than the fstab names', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    await withBootImage('ext4', async (other) => {
      const why = `line 2 of /@be1/etc/fstab names UUID=${machine.boot.uuid}, and its UUID is ${other.uuid}`;
      await refuses(machine, other.device, why);
      await refuses(machine, other.top, why);
      const absent = '11111111-2222-3333-4444-555555555555';
      await nameBoot(machine, `UUID=${absent}`);
      await refuses(machine, machine.boot.device, `line 2 of /@be1/etc/fstab names UUID=${absent}, and its UUID is `);
    });
  });
});

test('refuses a file system if the label in the fstab belongs to another one', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    await withBootImage('ext4', async (other) => {
      await tool('e2label', [machine.boot.device, 'be-hook-here']);
      await machine.boot.settle();
      await nameBoot(machine, 'LABEL=be-hook-here');
      await refuses(
        machine,
        other.device,
        `line 2 of /@be1/etc/fstab names LABEL=be-hook-here, which is ${machine.boot.device}`,
      );
    });
  });
});

test('refuses what is not a /boot', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    const { fs, boot } = machine;
    await nameBoot(machine, 'LABEL=be-hook-nowhere');
    await refuses(machine, fs.device, 'it is the btrfs with the boot environments');
    await refuses(machine, fs.top, 'it is the btrfs with the boot environments');
    await refuses(machine, join(boot.top, 'grub2'), 'no file system is mounted there');
    await refuses(machine, '/proc', 'it is proc');
    await refuses(machine, fileURLToPath(import.meta.url), 'it is an image; run: losetup --find --show /');
    await refuses(machine, '/dev/null', 'it has no file system of the types btrfs, ext4, xfs');
    const missing = await beHook('list', '--filesystem', fs.device, '--boot', '/dev/be-hook-missing');
    assert.is(missing.status, 66, missing.stderr);
    assert.match(missing.stderr, 'cannot find /dev/be-hook-missing');
    await machine.write('etc/fstab', `UUID=${fs.uuid} / btrfs subvol=@be1 0 0\n`);
    await refuses(machine, boot.device, 'no fstab on the btrfs has a line for /boot');
  });
});

test('does not write to a file system that is mounted read-only', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    const { fs, boot } = machine;
    await tool('mount', ['-o', 'remount,ro', boot.top]);
    const rescue = ['--filesystem', fs.device, '--boot', boot.device];
    const ended = await beHook(...rescue, 'setup', '--yes', '@be1');
    assert.is(ended.status, 73, ended.stderr);
    assert.match(await beHookOk(...rescue, 'status'), `ext4 ${boot.uuid}`);
    await tool('mount', ['-o', 'remount,rw', boot.top]);
  });
});

test('is refused for the running system, whose mounts name its /boot', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    const { device } = machine.boot;
    const ended = await machine.run(['be-hook', 'list', '--filesystem', '/', '--boot', device]);
    assert.is(ended.status, 78);
    assert.match(ended.stderr, `cannot use ${device} as the separate /boot: the running system chooses`);
    const alone = await machine.run(['be-hook', 'list', '--boot', device]);
    assert.is(alone.status, 64);
    assert.match(alone.stderr, 'list: --boot needs --filesystem; name the btrfs too');
  });
});

test('never opens the /boot of the running system for another file system', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    await withBtrfs({}, async (backup) => {
      await backup.subvolume('@be1');
      await tool('cp', ['-r', machine.path('etc'), join(backup.top, '@be1')]);
      const { device } = machine.boot;
      const ended = await machine.run(['be-hook', 'list', '--filesystem', backup.device, '--boot', device]);
      assert.is(ended.status, 78);
      assert.match(ended.stderr, `cannot use ${device} as the separate /boot: it is the /boot of the running system`);
    });
  });
});

test.run();
