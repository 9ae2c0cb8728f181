/** Why a path of a root cannot be its process 1. */
export type InitFault = 'missing' | 'dangling' | 'placeholder' | 'not-a-file' | 'empty' | 'not-executable';

/** The facts from which be-hook finds the program that becomes process 1 of a root. */
export interface InitFacts {
  /** Whether the root has a directory in which distributions keep such a program. */
  readonly hasPlace: boolean;
  /** Absolute paths in the root, and the fault of each. */
  readonly candidates: readonly { readonly path: string; readonly fault: InitFault | undefined }[];
}

/**
 * The paths where an initramfs looks for that program when the command line has no `init=`: systemd's own first, then
 * those that dracut, initramfs-tools and the kernel have in common (systemd src/core/main.c, dracut init.sh, Linux
 * init/main.c).
 */
export const defaultInits: readonly string[] = ['/sbin/init', '/usr/lib/systemd/systemd', '/lib/systemd/systemd'];
