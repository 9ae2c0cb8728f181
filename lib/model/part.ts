/**
 * A part of a plan that affects only one object. When one of its steps fails, be-hook skips the other steps of the part
 * and continues with the rest of the plan. Steps without a part decide whether the plan succeeds.
 */
export type Part =
  /** The GRUB directories of a boot environment that neither runs nor boots by default. */
  | { readonly of: 'environment'; readonly name: string }
  /** Unfinished work of an interrupted run. */
  | { readonly of: 'leftover'; readonly path: string }
  /** A file of the menu, after the environments that it offers were deleted. */
  | { readonly of: 'menu'; readonly path: string }
  /** The files of be-hook in a directory, which nothing reads any more after an uninstall. */
  | { readonly of: 'own-files'; readonly path: string }
  | { readonly of: 'history' };
