/*
 * The signs of openSUSE's sdbootutil (github.com/openSUSE/sdbootutil) on a machine with grub2-bls or systemd-boot:
 * - /etc/sysconfig/bootloader with LOADER_TYPE (perl-bootloader, `pbl`; Tumbleweed since 2025-11);
 * - loader/entries.srel and one entry for each kernel and snapshot on the EFI system partition, below loader/entries;
 * - no grub.cfg below /boot/grub2, and no grub.cfg on that partition that leads to one.
 */

/** The boot loaders that sdbootutil supports. */
export type SdbootLoader = 'grub2-bls' | 'systemd-boot';

/** /etc/sysconfig/bootloader. */
export function bootloaderSetting(loader: SdbootLoader | 'grub2-efi'): string {
  return `## Path:	System/Bootloader
LOADER_TYPE="${loader}"
SECURE_BOOT="yes"
`;
}

/** The file name and the text of the entry of a kernel in a snapshot. */
export function sdbootEntry(release: string, snapshot: number): { readonly name: string; readonly text: string } {
  return {
    name: `opensuse-tumbleweed-${release}-${snapshot}.conf`,
    text: `# Boot Loader Specification type#1 entry
title      openSUSE Tumbleweed
version    ${snapshot}@${release}
sort-key   opensuse-tumbleweed
options    root=UUID=0 rootflags=subvol=@/.snapshots/${snapshot}/snapshot
linux      /opensuse-tumbleweed/${release}/linux-0123456789abcdef
initrd     /opensuse-tumbleweed/${release}/initrd-fedcba9876543210
`,
  };
}

/** loader/entries.srel. */
export const entriesSrel = 'type1\n';
