/**
 * What stored data says about who can read it: an older be-hook reads what a newer one wrote, because rolling a system back
 * brings the older one back.
 */
export interface OpenFormat {
  /** The lowest version of the format that a program must know to read the data. */
  readonly version: number;
  /** Features that a program must know to use the data; left out where there are none. */
  readonly requires?: readonly string[];
}
