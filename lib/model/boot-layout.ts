/**
 * Where a boot environment keeps its kernels, and from where its loader reads a menu. `found` names the evidence. A
 * boot loader says which layouts it supports. be-hook recognises the others to name them in a refusal.
 */
export type BootLayout =
  | { readonly kind: 'boot-in-root' }
  /** /boot is a subvolume of the same file system: a volume that is cloned with its root (Fedora Cloud 44). */
  | { readonly kind: 'boot-subvolume'; readonly found: string }
  /** /boot should be a subvolume, but be-hook cannot tell which one. */
  | { readonly kind: 'boot-unresolved'; readonly found: string }
  /**
   * A file system of its own at /boot. `fault` says why be-hook cannot use it: it is not open, or unprivileged users can
   * write to it. Undefined if it can.
   */
  | { readonly kind: 'separate-boot'; readonly found: string; readonly fault?: string | undefined }
  | { readonly kind: 'boot-placeholder'; readonly found: string }
  /** The default subvolume chooses the root, and GRUB resolves paths from there: openSUSE's snapshot booting. */
  | { readonly kind: 'snapshot-booting'; readonly found: string }
  /** The same with a read-only root, which transactional-update replaces by changed copies (MicroOS). */
  | { readonly kind: 'transactional'; readonly found: string }
  /** Kernels and Boot Loader Specification entries are on the EFI system partition. */
  | { readonly kind: 'bls-on-esp'; readonly found: string }
  | { readonly kind: 'unknown'; readonly found: string };
