import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootPartitionOf } from '../disk/boot-disk.ts';
import type { Disk } from '../disk/make.ts';
import { systemdBoot } from '../systemd-boot.ts';
import type { Facts } from './facts.ts';
import { withBootOnFat } from './fat-machine.ts';
import { boot } from './qemu.ts';
import type { BootReport } from './report.ts';
import { tool } from './tool.ts';

/** The machine id, by which kernel-install names its entries. */
export const token = '0123456789abcdef0123456789abcdef';

/**
 * Moves /boot to the FAT, which is the fourth partition, as `bootctl install` and kernel-install lay it out. The plugins
 * that stand for Fedora's GRUB go. `90-loaderentry.install` of the system, which is systemd's own, then adds the entries.
 */
const move = (release: string): string => `
set -e
echo ${token} >/etc/machine-id
mount -t vfat -o umask=0077 /dev/ubda4 /mnt
mkdir -p /mnt/loader/entries /mnt/${token}/${release} /mnt/EFI/BOOT /mnt/EFI/systemd
cp systemd-boot.efi /mnt/EFI/BOOT/BOOTX64.EFI
cp systemd-boot.efi /mnt/EFI/systemd/systemd-bootx64.efi
printf 'timeout 0\\n' >/mnt/loader/loader.conf
cp /boot/vmlinuz-${release} /mnt/${token}/${release}/linux
cp /boot/initramfs-${release}.img /mnt/${token}/${release}/initrd
umount /mnt
rm -rf /boot/* /etc/kernel/install.d /etc/default/grub /etc/grub.d
mkdir -p /etc/kernel/install.d
cat >/etc/kernel/install.d/50-dracut.install <<'end'
#!/bin/sh
[ "$1" = add ] || exit 0
cp "\${4%/*}/prebuilt.img" "$KERNEL_INSTALL_STAGING_AREA/initrd"
end
chmod 755 /etc/kernel/install.d/50-dracut.install
ln -s /dev/null /etc/kernel/install.d/51-dracut-rescue.install
ln -s /dev/null /etc/kernel/install.d/55-initrd.install
cat >/etc/kernel/cmdline <<end
$(sed -E 's/BOOT_IMAGE=[^ ]* *//; s/ *root=98:0//; s/\\b(ubd|con=|ssl)[^ ]* *//g' /proc/cmdline)
end
echo 'UUID=ABCD-1234 /boot vfat umask=0077 0 0' >>/etc/fstab
mount -t vfat -o umask=0077 /dev/ubda4 /boot
cat >/boot/loader/entries/${token}-${release}.conf <<end
title      Test Linux
version    ${release}
machine-id ${token}
sort-key   testlinux
options    $(cat /etc/kernel/cmdline)
linux      /${token}/${release}/linux
initrd     /${token}/${release}/initrd
end
mount -t vfat /dev/ubda2 /mnt
rm -r /mnt/EFI
umount /mnt
set +e
`;

/**
 * Runs a job on the machine of `withUpgradeMachine` as if it had been installed with systemd-boot: /boot is a FAT with the
 * boot loader, its entries and the kernels. `scriptFor` gets the release of its kernel. `body` gets the facts of the job,
 * and the disk as the job has left it.
 */
export function withBlsMachine(
  scriptFor: (release: string) => string,
  body: (facts: Facts, disk: Disk) => Promise<void> | void,
): Promise<void> {
  const prepare = async (files: string): Promise<void> =>
    copyFile((await systemdBoot()).loader, join(files, 'systemd-boot.efi'));
  return withBootOnFat({ mebibytes: 512, prepare, move }, scriptFor, body);
}

/**
 * What the machine boots from the firmware: its own firmware starts systemd-boot, and that starts a kernel. With `entry`,
 * loader.conf names this pattern for the time of the boot.
 */
export async function bootsBySystemdBoot(disk: Disk, entry: string | undefined): Promise<BootReport | undefined> {
  const { offset } = await bootPartitionOf(disk.image);
  const fat = `${disk.image}@@${offset}`;
  const settings = '::/loader/loader.conf';
  const before = await tool('mtype', ['-i', fat, settings]);
  if (entry !== undefined)
    await tool('mcopy', ['-o', '-i', fat, '-', settings], { input: `${before}\ndefault ${entry}\n` });
  try {
    return (await boot(disk.image, { until: /^BOOTED \{.*\}/m })).report;
  } finally {
    if (entry !== undefined) await tool('mcopy', ['-o', '-i', fat, '-', settings], { input: before });
  }
}
