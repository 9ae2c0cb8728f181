import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { GrubVersion } from '../support/disk/grub-build.ts';
import type { Disk } from '../support/disk/make.ts';
import { makeDisk } from '../support/disk/make.ts';
import { chooseEntry } from '../support/disk/menu-edit.ts';
import { withMountedTop } from '../support/disk/mount.ts';
import type { DiskSpec } from '../support/disk/spec.ts';
import { kernels } from '../support/guest/kernels.ts';
import type { BootResult, Firmware } from '../support/guest/qemu.ts';
import { boot } from '../support/guest/qemu.ts';
import { reportOf, whatBoots } from '../support/guest/start.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('the guest harness');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'mformat', 'sgdisk', 'mkfs.btrfs', 'btrfstune', 'cpio'));

async function withDisk(spec: DiskSpec, body: (disk: Disk) => Promise<void>): Promise<void> {
  const disk = await makeDisk(spec);
  try {
    await body(disk);
  } finally {
    await disk.remove();
  }
}

async function twoByTwo(grub: GrubVersion): Promise<DiskSpec> {
  const [oldest, middle, newest] = await kernels();
  const environments = [
    { name: 'be1', content: 'tiny' as const, kernels: [oldest, middle] },
    { name: 'be2', content: 'tiny' as const, kernels: [middle, newest] },
  ];
  return { grub, environments };
}

/**
 * A handwritten menu with a submenu for each environment. The kind of firmware is in the command line. An id must not
 * begin with a digit, because GRUB would treat it as an index.
 */
function menu(disk: Disk): string {
  const submenus = disk.spec.environments.map(({ name, subvolume, kernels: own }) => {
    const entries = own.map(({ release }) =>
      [
        `menuentry '${name}, ${release}' --id 'kernel-${release}' {`,
        `search --no-floppy --fs-uuid --set=root ${disk.uuid}`,
        `linux /${subvolume}/boot/vmlinuz-${release} root=UUID=${disk.uuid} rootflags=subvol=${subvolume} panic=-1 no_timer_check grub=$grub_cpu-$grub_platform`,
        `initrd /${subvolume}/boot/initramfs-${release}.img`,
        '}',
      ].join('\n'),
    );
    return `submenu '${name}' --id 'be-hook:${name}' {\n${entries.join('\n')}\n}`;
  });
  return `set default='none'\nset timeout=1\n${submenus.join('\n')}\n`;
}

/** Boots the entry of an environment and a kernel in the handwritten menu of the first GRUB directory. */
async function bootEntry(disk: Disk, be: number, kernel: number, firmware: Firmware): Promise<BootResult> {
  const environment = disk.spec.environments[be];
  const release = environment?.kernels[kernel]?.release;
  await withMountedTop(disk.image, async (top) => {
    const home = join(top, '@be1/boot/grub/grub.cfg');
    await writeFile(home, menu(disk));
    await chooseEntry(home, `be-hook:${environment?.name}>kernel-${release}`);
  });
  const result = await boot(disk.image, { firmware });
  const { report } = result;
  if (report === undefined) throw new Error(`the guest made no report: ${result.serial}`);
  assert.match(report.cmdline, ` grub=${firmware === 'uefi' ? 'x86_64-efi' : 'i386-pc'}`);
  assert.is(report.release, release);
  assert.is(report.id, environment?.name);
  assert.is(report.subvolume, `/${environment?.subvolume}`);
  assert.is(report.initramfs, `${environment?.name} ${release}`);
  return result;
}

test('boots an environment and a kernel that an id selects, by BIOS', async () => {
  await withDisk(await twoByTwo('2.12'), async (disk) => {
    const { report } = await bootEntry(disk, 0, 0, 'bios');
    assert.match(report?.cmdline ?? '', ` root=UUID=${disk.uuid} rootflags=subvol=@be1 panic=-1 `);
  });
});

test('boots by UEFI with GRUB 2.06', async () => {
  await withDisk(await twoByTwo('2.06'), async (disk) => {
    const { serial } = await bootEntry(disk, 1, 1, 'uefi');
    assert.match(serial.replace(/\s+/g, ' '), 'GNU GRUB version 2.06');
  });
});

test('boots the distribution menu of a fresh disk, newest kernel first', async () => {
  const spec = await twoByTwo('2.12');
  await withDisk(spec, async (disk) => {
    const report = await reportOf(disk, await whatBoots(disk, 'bios'));
    assert.is(report.id, 'be1');
    assert.is(report.release, spec.environments[0]?.kernels[1]?.release);
  });
});

test('reports a wrong root in the command line as an error', async () => {
  await withDisk(await twoByTwo('2.12'), async (disk) => {
    await withMountedTop(disk.image, async (top) => {
      const home = join(top, '@be1/boot/grub/grub.cfg');
      await writeFile(
        home,
        (await readFile(home, 'utf8')).replaceAll('rootflags=subvol=@be1', 'rootflags=subvol=@none'),
      );
    });
    const failure = await reportOf(disk, await whatBoots(disk)).catch((error: unknown) => error);
    assert.match(String(failure), /could not mount its root: .*rootflags=subvol=@none/s);
  });
});

test('gives disks of one recipe different file systems that can be mounted together', async () => {
  const spec = await twoByTwo('2.12');
  await withDisk(spec, (candidate) =>
    withDisk(spec, async (other) => {
      assert.is.not(candidate.uuid, other.uuid);
      const places = await withMountedTop(candidate.image, (top) =>
        withMountedTop(other.image, async (otherTop) => {
          await writeFile(join(top, '@be1/mark'), 'one');
          assert.match(await readFile(join(otherTop, '@be1/etc/fstab'), 'utf8'), other.uuid);
          const mounts = await readFile('/proc/self/mountinfo', 'utf8');
          for (const place of [top, otherTop]) assert.match(mounts, ` ${place} `);
          assert.is(await readFile(join(otherTop, '@be1/mark')).catch(() => 'absent'), 'absent');
          return [top, otherTop];
        }),
      );
      const mounts = await readFile('/proc/self/mountinfo', 'utf8');
      for (const place of places) assert.not.match(mounts, place);
    }),
  );
});

test.run();
