/**
 * Which programs can read stored data. An older be-hook has to read the data of a newer one, because rolling a system
 * back brings the older one back.
 */
export interface OpenFormat {
  /** The lowest version of the format that a program must know to read the data. */
  readonly version: number;
  /** Features that a program must know to use the data; left out if there are no such features. */
  readonly requires?: readonly string[];
}
