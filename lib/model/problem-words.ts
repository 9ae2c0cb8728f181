import type { BootLayout } from './boot-layout.ts';
import type { KernelFault } from './kernel.ts';
import type { Obstacle } from './obstacle.ts';

/** The faults of a kernel's file, each with a hint. */
export const faults: Record<KernelFault, { what: string; hint: string }> = {
  empty: { what: 'is empty', hint: 'reinstall the kernel package' },
  dangling: {
    what: 'is a symbolic link to a file that does not exist',
    hint: 'reinstall the kernel package, or remove the link',
  },
  placeholder: {
    what: 'lies below an empty placeholder of another subvolume; GRUB would follow it to the system that was cloned',
    hint: 'replace the placeholder with a directory and reinstall the kernel',
  },
  'not-a-file': { what: 'is not a regular file', hint: 'move it to another directory' },
  sparse: {
    what: 'has holes, which GRUB cannot read on btrfs',
    hint: 'rewrite it with: cp --sparse=never --reflink=never',
  },
  preallocated: {
    what: 'has preallocated space, which GRUB cannot read on btrfs',
    hint: 'rewrite it with: cp --sparse=never --reflink=never',
  },
  lost: {
    what: 'is missing or changed, and be-hook found its content in no other file',
    hint: 'reinstall the kernel in this environment, with be-hook exec if it does not run; then run: be-hook sync',
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

/** Which part of the layout of a boot environment be-hook does not serve, with a hint. */
export const layouts: Record<BootLayout['kind'], { readonly what: (name: string) => string; readonly hint: string }> = {
  'boot-in-root': { what: (name) => `the /boot of “${name}” is in the root subvolume`, hint: 'see: be-hook status' },
  'boot-subvolume': {
    what: (name) => `the /boot of “${name}” is a btrfs subvolume of its own`,
    hint: 'see: be-hook status',
  },
  'boot-unresolved': {
    what: (name) => `cannot tell which subvolume is the /boot of “${name}”`,
    hint: 'mount the right one with a line for /boot in its fstab (subvol=PATH): see LAYOUTS in be-hook-boot(7)',
  },
  'separate-boot': {
    what: (name) => `the /boot of “${name}” is a file system of its own`,
    hint: 'correct that, or move the files of /boot into the root subvolume: see LAYOUTS in be-hook-boot(7)',
  },
  'boot-placeholder': {
    what: (name) => `the /boot of “${name}” is an empty placeholder of another subvolume`,
    hint: 'make it a directory with the kernels of this system: see LAYOUTS in be-hook-boot(7)',
  },
  'snapshot-booting': {
    what: (name) => `“${name}” is booted by openSUSE's snapshot booting`,
    hint: 'see: be-hook status',
  },
  transactional: {
    what: (name) => `the root of “${name}” is read-only and maintained by transactional-update`,
    hint: 'keep using transactional-update and snapper: see LAYOUTS in be-hook-boot(7)',
  },
  'bls-on-esp': {
    what: (name) => `the boot entries of “${name}” are on the EFI system partition, where be-hook cannot write entries`,
    hint: 'keep using the present boot loader, or install GRUB: see LAYOUTS in be-hook-boot(7)',
  },
  unknown: { what: (name) => `cannot tell where the /boot of “${name}” is`, hint: 'correct its fstab; see fstab(5)' },
};

/** Why a boot environment cannot be destroyed, as a clause whose “it” is the environment. */
export const obstacles: Record<
  Obstacle,
  { readonly what: (detail: string) => string; readonly hint: (name: string, detail: string) => string }
> = {
  running: { what: () => 'it is the running boot environment', hint: () => 'boot another one first' },
  active: {
    what: () => 'it boots by default',
    hint: () => 'activate another one first',
  },
  next: {
    what: () => 'the machine boots it next',
    hint: () => 'cancel that first: be-hook activate -T',
  },
  held: {
    what: () => 'it is held',
    hint: (name) => `release it first: be-hook release ${name}`,
  },
  process: {
    what: (detail) => `in use by ${detail}`,
    hint: () => 'stop the process first, or change its working directory',
  },
  kernel: {
    what: (detail) => `the kernel uses a file in it: ${detail}`,
    hint: () => 'release the file first: umount and losetup -d for a loop device, swapoff for a swap file',
  },
  'menu-home': {
    what: (detail) => `GRUB starts from it: ${detail}`,
    hint: () => 'first run grub2-install (or grub-install) in another boot environment',
  },
  volume: {
    what: (detail) => `it contains ${detail}`,
    hint: () => 'remove the line from the fstab of the other boot environment, or destroy that one first',
  },
  'default-subvolume': {
    what: () => 'it is the default subvolume of the file system',
    hint: (_, mountpoint) =>
      `if nothing relies on that, run first: btrfs subvolume set-default 5 ${mountpoint === '' ? 'DIR' : mountpoint}`,
  },
};
