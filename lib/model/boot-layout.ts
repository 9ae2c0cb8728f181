/**
 * Where a boot environment keeps its kernels, and from where its loader reads a menu. be-hook serves only
 * `boot-in-root`. It recognises the others to name them in a refusal. `found` names the evidence.
 */
export type BootLayout =
  | { readonly kind: 'boot-in-root' }
  | { readonly kind: 'boot-subvolume'; readonly found: string }
  | { readonly kind: 'separate-boot'; readonly found: string }
  | { readonly kind: 'boot-placeholder'; readonly found: string }
  /** The default subvolume chooses the root, and GRUB resolves paths from there: openSUSE's snapshot booting. */
  | { readonly kind: 'snapshot-booting'; readonly found: string }
  /** Kernels and Boot Loader Specification entries are on the EFI system partition. */
  | { readonly kind: 'bls-on-esp'; readonly found: string }
  | { readonly kind: 'unknown'; readonly found: string };
