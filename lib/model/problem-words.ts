import type { BootLayout } from './boot-layout.ts';
import type { KernelFault } from './kernel.ts';
import type { Obstacle } from './problem.ts';

/** What is wrong with a file of a kernel. */
export const faults: Record<KernelFault, { what: string; hint: string }> = {
  empty: { what: 'is empty', hint: 'reinstall the kernel package' },
  dangling: {
    what: 'is a symbolic link to a file that does not exist',
    hint: 'reinstall the kernel package, or remove the link',
  },
  placeholder: {
    what: 'lies below an empty placeholder of another subvolume; GRUB would follow it to the system it was cloned from',
    hint: 'replace the placeholder with a directory and reinstall the kernel',
  },
  'not-a-file': { what: 'is not a regular file', hint: 'move it out of the way' },
  sparse: {
    what: 'has holes, which GRUB cannot read on btrfs',
    hint: 'rewrite it with: cp --sparse=never --reflink=never',
  },
  preallocated: {
    what: 'has preallocated space, which GRUB cannot read on btrfs',
    hint: 'rewrite it with: cp --sparse=never --reflink=never',
  },
  'no-initrd': {
    what: 'has no initramfs beside it',
    hint: 'build one, for instance with dracut, then run: be-hook sync',
  },
  'no-modules': {
    what: 'has no modules in /usr/lib/modules',
    hint: 'reinstall the kernel package, or remove the image',
  },
  name: { what: 'has a name that a boot menu cannot hold', hint: 'rename or remove the file' },
};

/** What about the layout of a boot environment is not served, and the way out. */
export const layouts: Record<BootLayout['kind'], { readonly what: (name: string) => string; readonly hint: string }> = {
  'boot-in-root': { what: (name) => `the /boot of “${name}” is in the root subvolume`, hint: 'see: be-hook status' },
  'boot-subvolume': {
    what: (name) => `the /boot of “${name}” is a btrfs subvolume of its own`,
    hint: 'move the files of /boot into the root subvolume: see LAYOUTS in be-hook(8)',
  },
  'separate-boot': {
    what: (name) => `the /boot of “${name}” is a file system of its own`,
    hint: 'move the files of /boot into the root subvolume: see LAYOUTS in be-hook(8)',
  },
  'boot-placeholder': {
    what: (name) => `the /boot of “${name}” is an empty placeholder of another subvolume`,
    hint: 'make it a directory with the kernels of this system: see LAYOUTS in be-hook(8)',
  },
  'snapshot-booting': {
    what: (name) => `“${name}” is booted by openSUSE's snapshot booting`,
    hint: 'go on with snapper and the menu of the distribution: see LAYOUTS in be-hook(8)',
  },
  'bls-on-esp': {
    what: (name) => `the boot entries of “${name}” are on the EFI system partition, where be-hook writes none`,
    hint: 'go on with the boot loader that is there, or install GRUB: see LAYOUTS in be-hook(8)',
  },
  unknown: { what: (name) => `the /boot of “${name}” is not understood`, hint: 'mend its fstab; see fstab(5)' },
};

/** What keeps a boot environment from being destroyed. */
export const obstacles: Record<
  Obstacle,
  { readonly what: (name: string, detail: string) => string; readonly hint: (name: string, detail: string) => string }
> = {
  running: { what: (name) => `“${name}” is the running system`, hint: () => 'boot another one first' },
  active: {
    what: (name) => `“${name}” is the boot environment that boots by default`,
    hint: () => 'activate another one first',
  },
  next: {
    what: (name) => `“${name}” is what the machine boots next time`,
    hint: () => 'take that back first: be-hook activate -T',
  },
  held: { what: (name) => `“${name}” is held`, hint: (name) => `release it first: be-hook release ${name}` },
  process: {
    what: (name, detail) => `a process is at work in “${name}”: ${detail}`,
    hint: () => 'end it, or let it leave, first',
  },
  kernel: {
    what: (name, detail) => `a file of “${name}” is in use by the kernel: ${detail}`,
    hint: () => 'give it back first: umount and losetup -d for a loop device, swapoff for a swap file',
  },
  'menu-home': {
    what: (name, detail) => `“${name}” holds what starts GRUB: ${detail}`,
    hint: () => 'install GRUB anew from another boot environment (grub2-install or grub-install) first',
  },
  volume: {
    what: (name, detail) => `“${name}” holds the volume ${detail}`,
    hint: () => 'change the fstab of the other one, or destroy that one first',
  },
  'default-subvolume': {
    what: (name) => `cannot destroy “${name}”: it is the default subvolume of the file system`,
    hint: (_, mountpoint) =>
      `if nothing relies on that, run first: btrfs subvolume set-default 5 ${mountpoint === '' ? 'DIR' : mountpoint}`,
  },
};
