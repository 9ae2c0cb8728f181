import type { BeName } from './be-name.ts';

/**
 * What makes a subvolume a boot environment, stored as the extended attribute `trusted.be-hook.environment` of its root
 * directory. A snapshot inherits the attribute, therefore it names the subvolume it was given to: on any other it does
 * not count.
 */
export interface Mark {
  readonly version: 1;
  readonly name: BeName;
  readonly uuid: string;
  /** Seconds since 1970. */
  readonly created: number;
}
