import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { observeInside } from '../support/observe-inside.ts';
import { type BootType, withSeparateBoot } from '../support/separate-boot.ts';

const test = suite('sessions with a separate /boot');

const types: readonly BootType[] = ['ext4', 'xfs', 'btrfs'];

for (const type of types) {
  test(`open ${type}, for readers read-only, and with the boot loader of the distribution`, async () => {
    await withSeparateBoot(type, ['6.1.0-1', '6.1.0-2'], async (machine) => {
      await machine.boot.settle();
      const { booted, errors } = await machine.grub();
      assert.equal(errors, []);
      assert.is(booted?.linux[0], '/vmlinuz-6.1.0-1');
      assert.is(booted?.rootUuid, machine.boot.uuid);
      for (const access of ['read', 'write'] as const) {
        const { opened, observation } = await observeInside(machine, access);
        assert.is(opened.boot?.type, type);
        assert.is(observation.boot?.uuid, machine.boot.uuid);
        assert.ok(observation.boot?.sources.includes(`UUID=${machine.boot.uuid}`));
        assert.equal(
          observation.boot?.files.map(({ on, name, target, fault }) => ({ on, name, target, fault })),
          ['initramfs-6.1.0-1.img', 'initramfs-6.1.0-2.img', 'vmlinuz-6.1.0-1', 'vmlinuz-6.1.0-2'].map((name) => ({
            on: 'boot',
            name,
            target: name,
            fault: undefined,
          })),
        );
      }
    });
  });
}

/** Mounts the file system of /boot in another way, and then observes. */
const fates: readonly (readonly [name: string, access: 'read' | 'write', prepare: string, isOpen: boolean])[] = [
  ['a read-only /boot for readers', 'read', 'mount -o remount,ro /boot', true],
  ['no read-only /boot for writers', 'write', 'mount -o remount,ro /boot', false],
  ['no read-only mount of a writable /boot for writers', 'write', 'mount -o remount,bind,ro /boot', false],
  ['no /boot that is not mounted', 'write', 'umount /boot', false],
  ['no part of a file system', 'write', 'mkdir /boot/boot; mount --bind /boot/boot /boot', false],
  ['no /boot of another type', 'write', 'mount -t tmpfs tmpfs /boot', false],
  ['a /boot that hides an automount', 'write', 'umount /boot; mount -t tmpfs none /boot; mount "$device" /boot', true],
];

for (const [name, access, prepare, isOpen] of fates) {
  test(`open ${name}`, async () => {
    await withSeparateBoot('ext4', ['6.1.0-1'], async (machine) => {
      const { opened, observation } = await observeInside(machine, access, {
        prepare: `device=${machine.boot.device}; ${prepare}`,
      });
      assert.is(opened.boot !== undefined, isOpen);
      assert.is(observation.boot !== undefined, isOpen);
    });
  });
}

test('are taken over from a hook that mounted both file systems', async () => {
  await withSeparateBoot('ext4', ['6.1.0-1'], async (machine) => {
    const spy = (name: string): { text: string; mode: number } => {
      return { text: `#!/bin/sh\necho ${name} >>/run/spied\nexec /usr/bin/${name} "$@"\n`, mode: 0o755 };
    };
    const files = { '/usr/sbin/mount': spy('mount'), '/usr/sbin/unshare': spy('unshare') };
    const hook = '/usr/lib/kernel/install.d/95-be-hook.install add 6.1.0-1 /boot/none';
    const ended = await machine.sh(`rm /run/spied; touch /boot/grub2/be-hook.cfg; ${hook}; cat /run/spied`, { files });
    assert.is(ended.stdout, 'unshare\nmount\nmount\n', ended.stderr);
  });
});

test.run();
