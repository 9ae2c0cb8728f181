import type { Where } from '../model/where.ts';

/** The file systems that the options name; undefined for those of the running system. */
export function whereOf(options: ReadonlyMap<string, string>): Where | undefined {
  const filesystem = options.get('filesystem');
  return filesystem === undefined ? undefined : { filesystem, boot: options.get('boot') };
}
