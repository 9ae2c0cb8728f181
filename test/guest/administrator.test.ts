import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Disk } from '../support/disk/make.ts';
import { makeDisk } from '../support/disk/make.ts';
import { editFile } from '../support/disk/menu-edit.ts';
import { withMountedTop } from '../support/disk/mount.ts';
import { buildBasePackage, buildKernelPackage, writeFedoraPlugins } from '../support/guest/kernel-packages.ts';
import type { GuestKernel, GuestKernels } from '../support/guest/kernels.ts';
import { kernels } from '../support/guest/kernels.ts';
import { runNatively } from '../support/guest/native.ts';
import { boot } from '../support/guest/qemu.ts';
import { reportOf, type Start, whatBoots } from '../support/guest/start.ts';
import { needTool } from '../support/need-tool.ts';
import { menuOf } from '../support/program.ts';
import { buildBeHook, makeTop } from '../support/rpm/build.ts';

const test = suite('the menu after commands of an administrator');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'scdoc', 'btrfstune'));

const home = '@be1/boot/grub';

/** The name under which the test keeps be-hook's menu while its file is damaged. */
const saved = 'be-hook.cfg';

/**
 * One environment with two kernels, started by BIOS. The distribution's menu from grub-mkconfig boots the older kernel;
 * the menu of be-hook boots the newer one. Both have the reporting initramfs, which shows in a fifth of the time which
 * menu was used.
 */
async function makeMachine([oldest, middle]: GuestKernels): Promise<Disk> {
  const reporting = (kernel: GuestKernel): GuestKernel => ({ ...kernel, initramfs: kernel.tinyInitramfs });
  const environment = { name: 'be1', content: 'full', kernels: [reporting(oldest), reporting(middle)] } as const;
  const disk = await makeDisk({ grub: '2.14', environments: [environment] });
  await withMountedTop(disk.image, async (top) => {
    // The emulated GRUB has no graphical terminal, which grub-mkconfig would choose.
    const settings = 'GRUB_DEFAULT=1\nGRUB_DISABLE_SUBMENU=true\nGRUB_DISABLE_RECOVERY=true\nGRUB_TERMINAL=console\n';
    await editFile(join(top, '@be1/etc/default/grub'), (text) => `${text}${settings}`);
  });
  return disk;
}

async function makeFiles(work: string, [, , newest]: GuestKernels): Promise<string> {
  const files = join(work, 'files');
  const top = join(work, 'top');
  await makeTop(top);
  await mkdir(files);
  await writeFedoraPlugins(join(files, 'install.d'));
  await copyFile(await buildBasePackage(top), join(files, 'base.rpm'));
  await copyFile((await buildBeHook(join(work, 'out'))).binary, join(files, 'be-hook.rpm'));
  const made = { kernel: newest, initramfs: newest.tinyInitramfs, style: 'fedora' } as const;
  await copyFile(await buildKernelPackage(top, made), join(files, 'kernel-core.rpm'));
  return files;
}

/** No path unit runs, because it would repair errors that grub-mkconfig alone must not make. */
const generate = `set -e
mkdir -p /etc/kernel/install.d
install -m 0755 install.d/* /etc/kernel/install.d
rpm -i --justdb base.rpm
rpm -i be-hook.rpm
be-hook setup --yes
grub-mkconfig -o /boot/grub/grub.cfg 2>/dev/null
`;

const erase = `set -e
rpm -e be-hook
find /boot /etc /usr /var/lib -xdev -name '*be-hook*' ! -name 'be-hook-test*' -printf 'left %p\\n'
cp /boot/grub/grub.cfg /boot/grub/after-erasing.cfg
rpm -i kernel-core.rpm
sed -i 's/^GRUB_DEFAULT=.*/GRUB_DEFAULT=0/' /etc/default/grub
grub-mkconfig -o /boot/grub/grub.cfg 2>/dev/null
`;

/** Runs a job on the disk without a guest, because systemd has no part in it. */
async function runJob(disk: Disk, script: string, files: string): Promise<string> {
  const { output, exitCode } = await runNatively(disk, await whatBoots(disk, 'bios'), { script, files });
  assert.is(exitCode, 0, output);
  return output;
}

/** The choice of GRUB, by its own code in an emulator. */
async function expectChoice(disk: Disk, { release }: GuestKernel, why: string): Promise<Start> {
  const start = await whatBoots(disk, 'bios');
  assert.is(start.image, `/@be1/boot/vmlinuz-${release}`, why);
  return start;
}

/** The kernel that a machine really boots. */
async function expectBoot(disk: Disk, kernel: GuestKernel, why: string): Promise<void> {
  await expectChoice(disk, kernel, why);
  const { report, serial } = await boot(disk.image, { firmware: 'bios' });
  assert.ok(report !== undefined, `${why}: ${serial}`);
  assert.equal([report.id, report.release], ['be1', kernel.release], why);
}

const damages: Readonly<Record<string, (text: string) => string | undefined>> = {
  deleted: () => undefined,
  'cut in its middle': (text) => text.slice(0, text.length / 2),
  'cut before its last line': (text) => text.replace(/[^\n]*\n$/, ''),
  'overwritten in its middle': (text) => text.replace(/(?<=^[^]{400})[^]{300}/, '\u0000}\u00ff\' ${{ "'.repeat(30)),
};

async function damage(disk: Disk, change: (text: string) => string | undefined): Promise<void> {
  await withMountedTop(disk.image, async (top) => {
    const [menu, kept] = [join(top, home, 'be-hook.cfg'), join(top, saved)];
    const text = await readFile(kept, 'utf8');
    const changed = change(text);
    assert.is.not(changed, text);
    if (changed === undefined) await rm(menu);
    else await writeFile(menu, changed);
  });
}

async function withMachine(body: (disk: Disk, files: string, all: GuestKernels) => Promise<void>): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'be-hook-administrator-'));
  const all = await kernels();
  const disk = await makeMachine(all);
  try {
    await body(disk, await makeFiles(work, all), all);
  } finally {
    await disk.remove();
    await rm(work, { recursive: true, force: true });
  }
}

test('survives grub-mkconfig; if damaged or erased, the distribution’s menu boots', async () => {
  await withMachine(async (disk, files, [oldest, middle, newest]) => {
    await runJob(disk, generate, files);
    await withMountedTop(disk.image, async (top) => {
      const made = await readFile(join(top, home, 'grub.cfg'), 'utf8');
      assert.match(made, /^ *set default="1"$/m, 'grub-mkconfig wrote it');
      assert.equal(
        (await menuOf(top)).entries.map(({ release }) => release),
        [middle.release, oldest.release],
      );
      await copyFile(join(top, home, 'be-hook.cfg'), join(top, saved));
    });
    await expectBoot(disk, middle, 'our menu is still in force');

    for (const [how, change] of Object.entries(damages)) {
      await damage(disk, change);
      await expectChoice(disk, oldest, `the menu of the distribution, when ours is ${how}`);
    }
    await expectBoot(disk, oldest, 'the menu of the distribution, with the last of them on a machine, too');
    await withMountedTop(disk.image, (top) => copyFile(join(top, saved), join(top, home, 'be-hook.cfg')));

    assert.equal((await runJob(disk, erase, files)).match(/^left .*/gm) ?? [], [], 'erasing leaves no file of be-hook');
    const next = await expectChoice(disk, newest, 'the next kernel, without be-hook');
    assert.is((await reportOf(disk, next)).release, newest.release);
    await withMountedTop(disk.image, async (top) => {
      const left = join(top, home, 'after-erasing.cfg');
      assert.not.match(await readFile(left, 'utf8'), /be-hook/);
      await copyFile(left, join(top, home, 'grub.cfg'));
    });
    await expectBoot(disk, oldest, 'the menu of the distribution, as be-hook left it');
  });
});

test.run();
