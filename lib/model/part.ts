/**
 * A part of a plan that matters to one thing alone. When one of its steps fails, the other steps of the part are left
 * out, and everything else goes on; steps without a part decide whether the plan succeeds.
 */
export type Part =
  /** The GRUB directories of a boot environment that neither runs nor boots by default. */
  | { readonly of: 'environment'; readonly name: string }
  /** What an interrupted run left. */
  | { readonly of: 'leftover'; readonly path: string }
  /** A file of the menu, after what it offers was deleted. */
  | { readonly of: 'menu'; readonly path: string }
  | { readonly of: 'history' };
