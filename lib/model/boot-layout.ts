/**
 * Where a boot environment keeps its kernels. Only `boot-in-root` is served today; the others are recognised so that
 * they can be refused by name.
 */
export type BootLayout =
  | { readonly kind: 'boot-in-root' }
  | { readonly kind: 'boot-subvolume'; readonly found: string }
  | { readonly kind: 'separate-boot'; readonly found: string }
  | { readonly kind: 'boot-placeholder'; readonly found: string }
  | { readonly kind: 'unknown'; readonly found: string };
