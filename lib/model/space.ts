/** How much room something takes, in bytes; undefined is what nobody measured, or could not be measured. */
export interface Space {
  /** File data that was written into it since it was made: into a copy, since it was copied. Not compressed. */
  readonly written: number | undefined;
  /** What nothing else shares with it: about what would be free if it went away. */
  readonly exclusive: number | undefined;
  /** All that is in it, shared or not. */
  readonly referenced: number | undefined;
  /**
   * What the last two count: `file-data` is the data of files, not compressed and without metadata; `disk` is all that
   * the quota groups of the file system count, as it lies on disk.
   */
  readonly counts: 'file-data' | 'disk' | undefined;
}

/** What is known of something that nobody measured. */
export const unmeasured: Space = {
  written: undefined,
  exclusive: undefined,
  referenced: undefined,
  counts: undefined,
};
