/*
 * The links that kernel packages create in /boot:
 * - openSUSE: suse-module-tools 16.1.6, kernel-scriptlets/rpm-script: /boot/vmlinuz-KVER and similar links lead into
 *   /usr/lib/modules/KVER; `vmlinuz` and `initrd` lead to the newest.
 * - Mageia: installkernel (bootloader-utils) makes vmlinuz-FLAVOUR and initrd-FLAVOUR.img for each flavour beside the kernel's files.
 * - PLD: kernel.spec, %post, moves vmlinuz; geninitrd writes initrd-KVER.gz, and /boot/initrd leads to it.
 */

/** A link in /boot, and its target relative to /boot. */
export interface BootLink {
  readonly name: string;
  readonly to: string;
}

/** The links of openSUSE. The initrd is a file. */
export function suseLinks(release: string): readonly BootLink[] {
  return [
    { name: `vmlinuz-${release}`, to: `../usr/lib/modules/${release}/vmlinuz` },
    { name: 'vmlinuz', to: `vmlinuz-${release}` },
    { name: 'initrd', to: `initrd-${release}` },
  ];
}

/** The links of Mageia. */
export function mageiaLinks(release: string, flavour: string): readonly BootLink[] {
  return [
    { name: `vmlinuz-${flavour}`, to: `vmlinuz-${release}` },
    { name: `initrd-${flavour}.img`, to: `initrd-${release}.img` },
    { name: 'vmlinuz', to: `vmlinuz-${release}` },
    { name: 'initrd.img', to: `initrd-${release}.img` },
  ];
}

/** The links of PLD. Older packages left `vmlinuz-latest`. */
export function pldLinks(release: string): readonly BootLink[] {
  return [
    { name: 'vmlinuz', to: `vmlinuz-${release}` },
    { name: 'vmlinuz-latest', to: `vmlinuz-${release}` },
    { name: 'initrd', to: `initrd-${release}.gz` },
  ];
}
