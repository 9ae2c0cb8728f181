/**
 * Where a boot environment keeps its kernels, and from where its loader reads a menu. Only `boot-in-root` is served today;
 * the others are recognised so that they can be refused by name. `found` says by what signs.
 */
export type BootLayout =
  | { readonly kind: 'boot-in-root' }
  | { readonly kind: 'boot-subvolume'; readonly found: string }
  | { readonly kind: 'separate-boot'; readonly found: string }
  | { readonly kind: 'boot-placeholder'; readonly found: string }
  /** The default subvolume chooses the root, and GRUB looks paths up from there: openSUSE's snapshot booting. */
  | { readonly kind: 'snapshot-booting'; readonly found: string }
  /** Kernels and Boot Loader Specification entries are on the EFI system partition. */
  | { readonly kind: 'bls-on-esp'; readonly found: string }
  | { readonly kind: 'unknown'; readonly found: string };

/** Whether be-hook keeps the menu of such an environment, as far as its layout decides that. */
export function isServed({ kind }: BootLayout): boolean {
  return kind === 'boot-in-root' || kind === 'unknown';
}
