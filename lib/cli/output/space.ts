import type { Space } from '../../model/space.ts';
import type { SpaceData } from './schema/list.ts';

/** Space as data. */
export function spaceData(space: Space): SpaceData {
  const { written = null, exclusive = null, referenced = null } = space;
  return { written, exclusive, referenced, counts: describeCounts(space) };
}

/** What the numbers of a list count, in words. */
export function describeCounts({ counts }: Pick<Space, 'counts'>): string {
  const written = 'written: file data since it was made, before compression';
  if (counts === undefined) return written;
  const what =
    counts === 'disk'
      ? 'as quota groups count it: all on disk, metadata included'
      : 'file data, before compression, without metadata';
  return `${written}; exclusive (shared with nothing) and referenced: ${what}`;
}
