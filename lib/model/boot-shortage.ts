/** A command of be-hook that would free space on a separate /boot. */
export interface SpaceRemedy {
  /** The command without the program's name, for instance `destroy`, `old`. */
  readonly command: readonly string[];
  /** Bytes, beyond those that `gc` frees already. */
  readonly bytes: number;
}

/** A kernel of the distribution that is neither the newest one nor the default, and that no other environment needs. */
export interface OldKernel {
  readonly release: string;
  /** Bytes of its image and its initramfs in /boot. */
  readonly bytes: number;
}

/** How much space a separate /boot lacks. All numbers are bytes. */
export interface BootShortage {
  /** The space for all files to write, and a reserve where be-hook makes copies of kernels. */
  readonly needed: number;
  readonly free: number;
  /** What would free space: `gc`, `prune`, and the `destroy` that frees most. Undefined if be-hook did not compute it. */
  readonly remedies?: readonly SpaceRemedy[];
  /** Empty if the remedies suffice. */
  readonly oldKernels?: readonly OldKernel[];
  /** Set if it ended the command. */
  readonly refused?: true;
}
