/** What keeps a path of a root from being its process 1. */
export type InitFault = 'missing' | 'dangling' | 'placeholder' | 'not-a-file' | 'empty' | 'not-executable';

/** What was looked at in a root to find the program that becomes its process 1. */
export interface InitFacts {
  /** Whether it has a directory in which distributions keep such a program. */
  readonly hasPlace: boolean;
  /** Absolute paths in the root, and what is wrong with each. */
  readonly candidates: readonly { readonly path: string; readonly fault: InitFault | undefined }[];
}

/**
 * Where an initramfs looks for it when the command line has no `init=`: systemd's own first, then what dracut,
 * initramfs-tools and the kernel have in common (systemd src/core/main.c, dracut init.sh, Linux init/main.c).
 */
export const standardInits: readonly string[] = ['/sbin/init', '/usr/lib/systemd/systemd', '/lib/systemd/systemd'];
