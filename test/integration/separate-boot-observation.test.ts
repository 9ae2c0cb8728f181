import { createHash, randomBytes } from 'node:crypto';
import { appendFile, chmod, chown, copyFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { GrubRootFacts } from '../../lib/bootloaders/grub/facts.ts';
import type { BootFilesystemFacts } from '../../lib/model/observation.ts';
import { onBoot } from '../../lib/model/place.ts';
import { readDigests } from '../../lib/system/digests.ts';
import { grubSystem } from '../../lib/system/loaders/grub/grub-system.ts';
import { observeBootFilesystem } from '../../lib/system/observe-boot-filesystem.ts';
import { tool } from '../support/guest/tool.ts';
import { observeInside } from '../support/observe-inside.ts';
import { type BootImage, type BootType, withBootImage, withSeparateBoot } from '../support/separate-boot.ts';

const test = suite('observation of a separate /boot');

const types: readonly BootType[] = ['ext4', 'xfs', 'btrfs'];

async function look({ top, type, device }: BootImage): Promise<BootFilesystemFacts> {
  const { facts, held } = await observeBootFilesystem({ top, type, source: device }, grubSystem);
  held.close();
  return facts;
}

const faultsOf = ({ files }: BootFilesystemFacts): Record<string, string | undefined> =>
  Object.fromEntries(files.map(({ name, fault }) => [name, fault]));

for (const type of types) {
  test(`finds the files that GRUB cannot read on ${type}`, async () => {
    await withBootImage(type, async (boot) => {
      const at = (name: string): string => join(boot.top, name);
      const bytes = Buffer.alloc(3_000_000, 'kernel');
      await writeFile(at('vmlinuz-good'), bytes);
      // Several programs write to one file: xfs then preallocates space behind its end.
      for (let n = 0; n < 5; n += 1) await appendFile(at('initramfs-good.img'), bytes);
      await writeFile(at('vmlinuz-empty'), '');
      await tool('truncate', ['-s', '3M', at('vmlinuz-hole')]);
      await tool('fallocate', ['-l', '3M', at('vmlinuz-reserved')]);
      await mkdir(at('efi'));
      await tool('sync', ['-f', boot.top]);
      assert.equal(faultsOf(await look(boot)), {
        'initramfs-good.img': undefined,
        'vmlinuz-empty': 'empty',
        'vmlinuz-good': undefined,
        'vmlinuz-hole': 'sparse',
        'vmlinuz-reserved': 'preallocated',
      });
    });
  });
}

for (const type of types) {
  test(`does not mistake a file that the kernel writes to ${type} for a preallocated one`, async () => {
    await withBootImage(type, async (boot) => {
      const kernel = join(boot.top, 'vmlinuz-1');
      for (let n = 0; n < 4; n += 1) {
        await writeFile(kernel, randomBytes(40_000_000));
        const writing = tool('sync', [kernel]);
        for (let looks = 0; looks < 8; looks += 1) assert.equal(faultsOf(await look(boot)), { 'vmlinuz-1': undefined });
        await writing;
      }
    });
  });
}

test('resolves links inside /boot only', async () => {
  await withBootImage('ext4', async (boot) => {
    const at = (name: string): string => join(boot.top, name);
    await writeFile(at('vmlinuz-1'), 'kernel');
    await mkdir(at('sub'));
    await symlink('vmlinuz-1', at('vmlinuz'));
    await symlink('sub/../vmlinuz-1', at('inside'));
    await symlink('../vmlinuz-1', at('above'));
    await symlink('sub/../../boot/vmlinuz-1', at('above-later'));
    await symlink('/boot/vmlinuz-1', at('absolute'));
    await symlink('/etc/shadow', at('secret'));
    await symlink('vmlinuz-2', at('dangling'));
    const { files } = await look(boot);
    assert.equal(Object.fromEntries(files.map(({ name, target, fault }) => [name, fault ?? target])), {
      above: 'dangling',
      'above-later': 'dangling',
      absolute: 'dangling',
      dangling: 'dangling',
      inside: 'vmlinuz-1',
      secret: 'dangling',
      vmlinuz: 'vmlinuz-1',
      'vmlinuz-1': 'vmlinuz-1',
    });
  });
});

for (const type of types) {
  test(`stamps change when a program writes a file on ${type}, and not otherwise`, async () => {
    await withBootImage(type, async (boot) => {
      const [kernel, other] = [join(boot.top, 'vmlinuz-1'), join(boot.top, '.other')];
      const stamp = async (): Promise<string | undefined> =>
        (await look(boot)).files.find(({ name }) => name === 'vmlinuz-1')?.stamp;
      await writeFile(kernel, 'old kernel');
      const old = await stamp();
      await chmod(kernel, 0o600);
      await tool('setfattr', ['-n', 'security.selinux', '-v', 'label', kernel]);
      assert.is(await stamp(), old);
      await writeFile(other, 'new kernel');
      await copyFile(other, kernel);
      const copied = await stamp();
      assert.is.not(copied, old);
      await tool('cp', ['-p', '--remove-destination', kernel, other]);
      await tool('mv', [other, kernel]);
      const moved = await stamp();
      assert.is.not(moved, copied);
      await utimes(kernel, 1, 1);
      assert.is.not(await stamp(), moved);
    });
  });
}

test('has the files that be-hook keeps, and says who could change them', async () => {
  await withBootImage('ext4', async (boot) => {
    const kept = join(boot.top, 'be-hook');
    await mkdir(kept, { mode: 0o700 });
    await writeFile(join(kept, 'vmlinuz-1-abc'), 'kernel');
    const facts = await look(boot);
    assert.equal(facts.files, []);
    assert.equal(
      facts.kept.map(({ on, path, size }) => ({ on, path, size })),
      [{ on: 'boot', path: 'be-hook/vmlinuz-1-abc', size: 6 }],
    );
    assert.is(facts.unsafe, undefined);
    assert.ok(facts.free > 0 && facts.free < facts.size && facts.size <= 320 * 2 ** 20);
    await chmod(kept, 0o777);
    assert.is((await look(boot)).unsafe, 'users other than root can write to /boot/be-hook');
    await rename(kept, `${kept}.old`);
    await symlink('be-hook.old', kept);
    assert.is((await look(boot)).unsafe, '/boot/be-hook is a symbolic link');
    await chown(boot.top, 1000, 0);
    assert.is((await look(boot)).unsafe, '/boot belongs to the user with id 1000');
  });
});

test('has digests of the requested files, without those that are missing or no regular files', async () => {
  await withBootImage('ext4', async (boot) => {
    await writeFile(join(boot.top, 'vmlinuz-1'), 'kernel');
    await symlink('vmlinuz-1', join(boot.top, 'link'));
    await tool('mkfifo', [join(boot.top, 'pipe')]);
    const opened = { boot: { top: boot.top, type: boot.type, source: boot.device } };
    const places = ['vmlinuz-1', 'link', 'pipe', 'missing', 'no/directory'].map(onBoot);
    const expected = createHash('sha256').update('kernel').digest('hex');
    assert.equal(readDigests({ opened }, places), { 'boot:/vmlinuz-1': expected });
  });
});

test('gives its entries and its GRUB directory to the roots that mount it', async () => {
  await withSeparateBoot('ext4', ['6.1.0-1'], async (machine) => {
    await mkdir(machine.path('boot/grub2'), { recursive: true });
    await writeFile(machine.path('boot/grub2/grub.cfg'), '# hidden by the mount\n');
    await writeFile(machine.path('boot/vmlinuz-6.1.0-1'), 'hidden by the mount');
    const { observation } = await observeInside(machine, 'read');
    const [root] = observation.roots;
    const { menuDirectories } = root?.loaderFacts as GrubRootFacts;
    assert.equal(
      root?.blsEntries.map(({ kind, on, path }) => ({ kind, on, path })),
      [{ kind: 'text', on: 'boot', path: 'loader/entries/fedcba9876543210fedcba9876543210-6.1.0-1.conf' }],
    );
    assert.equal(root?.boot, {
      kind: 'directory',
      files: [],
      mountedFrom: `ext4 ${machine.boot.device}`,
    });
    assert.equal(
      menuDirectories.map(({ on, path, grubCfg, menu }) => [on, path, grubCfg.on, grubCfg.kind, menu]),
      [['boot', 'grub2', 'boot', 'text', { on: 'boot', kind: 'missing', path: 'grub2/be-hook.cfg' }]],
    );
  });
});

test('leaves a root alone that does not mount it', async () => {
  await withSeparateBoot('ext4', ['6.1.0-1'], async (machine) => {
    await machine.write(
      'etc/fstab',
      `UUID=${machine.fs.uuid} / btrfs subvol=@be1 0 0\nUUID=none /boot ext4 defaults 0 0\n`,
    );
    await rm(machine.path('boot/grub2'), { recursive: true, force: true });
    await machine.write('boot/vmlinuz-6.1.0-1', 'its own kernel');
    const { observation } = await observeInside(machine, 'read');
    const [root] = observation.roots;
    assert.ok(observation.boot);
    assert.equal(root?.blsEntries, []);
    assert.equal(root?.boot.kind === 'directory' && root.boot.files.map(({ on, name }) => [on, name]), [
      ['root', 'vmlinuz-6.1.0-1'],
    ]);
  });
});

test.run();
