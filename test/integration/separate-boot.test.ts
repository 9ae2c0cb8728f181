import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { environment } from '../support/grub/writable-disk.ts';
import { bootFile } from '../support/root-tree.ts';
import {
  addKernel,
  addModules,
  type BootType,
  bootMachineId,
  type SeparateBootMachine,
  withSeparateBoot,
} from '../support/separate-boot.ts';
import { loadedByEntry } from '../support/separate-boot-entries.ts';

const [older, newer] = ['6.17.1-300.fc44.x86_64', '6.18.2-300.fc44.x86_64'];

const beHook = async ({ sh }: SeparateBootMachine, words: string): Promise<string> => {
  const { status, stdout, stderr } = await sh(`be-hook ${words}`);
  assert.is(status, 0, stdout + stderr);
  return stdout + stderr;
};

const keptFiles = ({ boot }: SeparateBootMachine): Promise<readonly string[]> =>
  readdir(join(boot.top, 'be-hook')).catch(() => []);

/** Rewrites an initramfs in place, as `dracut -f` does. */
const rewriteInitramfs = (machine: SeparateBootMachine, release: string, label: string): Promise<void> =>
  writeFile(join(machine.boot.top, `initramfs-${release}.img`), bootFile('INITRD', label, release));

/** Does what `kernel-install remove` and rpm do when a kernel is erased in the running system. */
async function eraseKernel(machine: SeparateBootMachine, release: string): Promise<void> {
  for (const name of [`vmlinuz-${release}`, `initramfs-${release}.img`]) await rm(join(machine.boot.top, name));
  await rm(machine.path(`usr/lib/modules/${release}`), { recursive: true });
}

const test = suite('separate /boot');

const own = (label: string, release: string, root: string) => ({
  kernel: `KERNEL ${label} ${release}`,
  initrd: `INITRD ${label} ${release}`,
  root,
});

for (const type of ['ext4', 'xfs'] as const satisfies readonly BootType[]) {
  test(`every entry loads the kernel of its environment from ${type}, whatever another one does`, async () => {
    await withSeparateBoot(type, [older], async (machine) => {
      await beHook(machine, 'setup --yes');
      assert.equal(await loadedByEntry(machine), { [`be1 ${older}`]: own('be1', older, '@be1') });
      assert.equal(await keptFiles(machine), []);

      await beHook(machine, 'create next');
      const next = own('be1', older, 'be-hook/next/root');
      assert.equal(await loadedByEntry(machine), {
        [`be1 ${older}`]: own('be1', older, '@be1'),
        [`next ${older}`]: next,
      });

      await rewriteInitramfs(machine, older, 'again');
      await beHook(machine, 'sync');
      assert.equal(await loadedByEntry(machine), {
        [`be1 ${older}`]: { ...own('be1', older, '@be1'), initrd: `INITRD again ${older}` },
        [`next ${older}`]: next,
      });

      await addModules(machine.path(''), newer);
      await addKernel(machine.boot.top, newer, machine.fs.uuid);
      await beHook(machine, 'sync');
      await eraseKernel(machine, older);
      await beHook(machine, 'sync');
      assert.equal(await loadedByEntry(machine), {
        [`be1 ${newer}`]: own('be1', newer, '@be1'),
        [`next ${older}`]: next,
      });
      assert.is((await keptFiles(machine)).length, 2);

      await beHook(machine, 'destroy -F next');
      assert.equal(await keptFiles(machine), []);
      assert.equal(await loadedByEntry(machine), { [`be1 ${newer}`]: own('be1', newer, '@be1') });
    });
  });
}

test('uninstall makes the distribution boot the active environment, which another one had overwritten', async () => {
  await withSeparateBoot('ext4', [older], async (machine) => {
    await beHook(machine, 'setup --yes');
    await beHook(machine, 'create next');
    await beHook(machine, 'cmdline next --append debug');
    await rewriteInitramfs(machine, older, 'again');
    await addModules(machine.path(''), newer);
    await addKernel(machine.boot.top, newer, machine.fs.uuid);
    await machine.writeBoot('grub2/grubenv', environment(`saved_entry=${bootMachineId}-${newer}`));
    await beHook(machine, 'sync');
    await beHook(machine, 'activate next');

    await beHook(machine, 'uninstall');

    await machine.fs.sync();
    const { booted } = await machine.grub();
    assert.is(booted?.linux[0]?.endsWith(`/vmlinuz-${older}`), true, booted?.linux[0]);
    assert.equal(booted?.linux.slice(1), [
      `root=UUID=${machine.fs.uuid}`,
      'ro',
      'rootflags=subvol=be-hook/next/root',
      'quiet',
      'debug',
    ]);
    assert.match(await machine.readBoot(`initramfs-${older}.img`), `INITRD be1 ${older}`);
    assert.is(await machine.readBoot('grub2/be-hook.cfg'), '');
  });
});

test('cmdline changes one environment, although the boot loader entries are shared', async () => {
  await withSeparateBoot('ext4', [older], async (machine) => {
    await beHook(machine, 'setup --yes');
    await beHook(machine, 'create next');

    await beHook(machine, 'cmdline next --append debug');
    await beHook(machine, 'cmdline be1 --append nosmt');

    const { entries } = (await machine.json('menu')) as { entries: readonly { be: string; options: string }[] };
    const added = entries.map(({ be, options }) => [be, options.split(' ').slice(3).join(' ')]);
    assert.equal(added, [
      ['be1', 'quiet nosmt'],
      ['next', 'quiet debug'],
    ]);
  });
});

test('an environment that is forgotten no longer keeps its kernels', async () => {
  await withSeparateBoot('ext4', [older], async (machine) => {
    await beHook(machine, 'setup --yes');
    await beHook(machine, 'create next');

    await beHook(machine, 'forget next');

    assert.equal(await keptFiles(machine), []);
    assert.equal(await loadedByEntry(machine), { [`be1 ${older}`]: own('be1', older, '@be1') });
  });
});

test('destroy deletes the copies that only the destroyed environment needed', async () => {
  await withSeparateBoot('ext4', [older], async (machine) => {
    await beHook(machine, 'setup --yes');
    await beHook(machine, 'create next');
    await rewriteInitramfs(machine, older, 'again');
    await beHook(machine, 'sync');
    assert.is((await keptFiles(machine)).length, 3);

    await beHook(machine, 'destroy -F next');

    assert.equal(await keptFiles(machine), []);
    assert.equal(await loadedByEntry(machine), {
      [`be1 ${older}`]: { ...own('be1', older, '@be1'), initrd: `INITRD again ${older}` },
    });
  });
});

test('a stream has the kernels of its system, and another machine boots them', async () => {
  await withSeparateBoot('ext4', [older], async (source) => {
    await beHook(source, 'setup --yes');
    await rewriteInitramfs(source, older, 'sent');
    await beHook(source, 'export be1 >/var/stream');
    assert.equal(await loadedByEntry(source), {
      [`be1 ${older}`]: { ...own('be1', older, '@be1'), initrd: `INITRD sent ${older}` },
    });
    const stream = await readFile(source.path('var/stream'));
    await withSeparateBoot('xfs', [newer], async (target) => {
      await beHook(target, 'setup --yes');
      await mkdir(target.path('var'), { recursive: true });
      await writeFile(target.path('var/stream'), stream);

      await beHook(target, 'import guest </var/stream');

      const root = 'be-hook/guest/root';
      assert.equal(await loadedByEntry(target), {
        [`be1 ${newer}`]: own('be1', newer, '@be1'),
        [`guest ${older}`]: { kernel: `KERNEL be1 ${older}`, initrd: `INITRD sent ${older}`, root },
      });
      assert.match(await target.read('etc/fstab', root), `UUID=${target.boot.uuid} /boot xfs defaults`);
      assert.equal(await readdir(join(target.fs.top, root, 'boot/.be-hook/upper')), []);
    });
  });
});

test('rollback to a snapshot boots the kernel that the snapshot had', async () => {
  await withSeparateBoot('ext4', [older], async (machine) => {
    await beHook(machine, 'setup --yes');
    await beHook(machine, 'create next');
    await beHook(machine, 'snapshot next@before');
    await rewriteInitramfs(machine, older, 'again');
    await beHook(machine, 'sync');

    await beHook(machine, 'rollback next@before');
    await beHook(machine, 'create --from next@before third');

    const loaded = await loadedByEntry(machine);
    assert.equal(
      Object.values(loaded).map(({ initrd }) => initrd),
      [`INITRD again ${older}`, `INITRD be1 ${older}`, `INITRD be1 ${older}`],
    );
  });
});

test('entries that cannot be read change no menu, and each is named in a warning', async () => {
  await withSeparateBoot('ext4', [older], async (machine) => {
    await beHook(machine, 'setup --yes');
    await beHook(machine, 'create next');
    const menu = await machine.readBoot('grub2/be-hook.cfg');
    const own = `/boot/loader/entries/${bootMachineId}-${older}.conf`;
    const make = 'cd /boot/loader/entries; mkfifo a.conf; mkdir b.conf; mknod c.conf c 1 5; printf "\\377" >d.conf';

    const made = await machine.sh(`${make}; rm /etc/kernel/cmdline ${own}; mkdir ${own}; be-hook sync`);

    assert.is(made.status, 0, made.stderr);
    for (const name of ['a', 'b', 'c', 'd', `${bootMachineId}-${older}`])
      assert.match(made.stderr, `warning: cannot read /boot/loader/entries/${name}.conf: `);
    assert.is(await machine.readBoot('grub2/be-hook.cfg'), menu);
    const { status, stdout } = await machine.sh('be-hook doctor');
    assert.is(status, 81, stdout);
    await machine.sh(`rmdir ${own}; rm -r /boot/loader/entries/?.conf`);
    assert.is(
      (await beHook(machine, 'activate next').then(() => machine.readBoot('grub2/be-hook.cfg'))) === menu,
      false,
    );
  });
});

test('makes no GRUB directory beside a symbolic link that leads out of /boot, and doctor reports it', async () => {
  await withSeparateBoot('ext4', [older], async (machine) => {
    await beHook(machine, 'setup --yes');
    await machine.sh('mv /boot/grub2 /var/grub2; ln -s /var/grub2 /boot/grub2');

    const { status, stderr } = await machine.sh('be-hook sync');

    assert.is(status, 73, stderr);
    assert.match(stderr, 'cannot write /boot/grub2');
    assert.is((await machine.sh('ls -d /boot/grub')).status, 2);
    const doctor = await machine.sh('be-hook doctor');
    assert.is(doctor.status, 82, doctor.stdout);
    assert.match(doctor.stdout, 'has no directory from which the boot loader reads a menu');
  });
});

test.run();
