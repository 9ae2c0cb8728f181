/** How much space an object takes, in bytes. A value is undefined if it was not measured, or could not be measured. */
export interface Space {
  /** File data that was written into it since it was made. For a copy: since it was copied. Not compressed. */
  readonly written: number | undefined;
  /** The space that it shares with nothing else: about the space that its deletion would free. */
  readonly exclusive: number | undefined;
  /** The space of everything in it, shared or not. */
  readonly referenced: number | undefined;
  /**
   * The unit of the last two. `file-data` is the data of files, not compressed and without metadata. `disk` is
   * everything that the quota groups of the file system count, as it lies on disk.
   */
  readonly counts: 'file-data' | 'disk' | undefined;
}

/** The space of an object that was not measured. */
export const unmeasured: Space = {
  written: undefined,
  exclusive: undefined,
  referenced: undefined,
  counts: undefined,
};
