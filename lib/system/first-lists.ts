import { BeHookError } from '../model/problem.ts';
import type { Companion } from './companion.ts';
import type { ReadPart } from './start.ts';

/** The output of btrfs-progs about all subvolumes of a file system. */
export interface SubvolumeLists {
  readonly all: string;
  /** The list of the read-only subvolumes. */
  readonly flagged: string;
  /** The output of `btrfs subvolume get-default`. */
  readonly standard: string;
}

/** Reads the lists at the first call. Later the file system may have changed: then it returns undefined. */
export function listsOnce({ readPart, kill }: Companion): () => Promise<SubvolumeLists | undefined> {
  let isUnread = true;
  return async () => {
    if (!isUnread) return undefined;
    isUnread = false;
    return await readLists(readPart, kill);
  };
}

/** As long as a query waits for a program. */
const patience = 60;

/**
 * Reads what the companion prints. Undefined where a program failed or the companion ended: then a query finds the
 * reason. Throws `tool-failed` after a minute without the whole answer, and calls `kill` before.
 */
export async function readLists(readPart: ReadPart, kill: () => void): Promise<SubvolumeLists | undefined> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
    kill();
  }, patience * 1000);
  try {
    const [all, flagged, standard] = [await readList(readPart), await readList(readPart), await readList(readPart)];
    if (late.signal.aborted) {
      const how = `did not end within ${patience} s`;
      throw new BeHookError({ code: 'tool-failed', tool: 'btrfs', how, output: '' });
    }
    if (all === undefined || flagged === undefined || standard === undefined) return undefined;
    return { all, flagged, standard };
  } finally {
    clearTimeout(timer);
  }
}

/** The next list; undefined where its program failed or the output ended. */
async function readList(readPart: ReadPart): Promise<string | undefined> {
  const [list, status] = [await readPart('\0'), await readPart('\0')];
  return list.isWhole && status.isWhole && status.text === '0' ? list.text : undefined;
}
