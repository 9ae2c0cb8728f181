import * as fs from 'node:fs';
import { appending, rethrow, tolerate } from './files.ts';

/** A file that stays open, whatever becomes of the way that led to it. */
export interface OpenFile {
  /** Another way to it, for programs of ours. */
  readonly path: string;
  /** Adds to its end; answers whether there was room. */
  readonly append: (chunk: Buffer) => boolean;
  readonly empty: () => void;
  /** All that is in it. */
  readonly read: () => string;
  readonly size: () => number;
  readonly close: () => void;
}

/** Opens a file that is there. */
export function openFile(path: string): OpenFile {
  const fd = rethrow(path, () => fs.openSync(path, appending));
  const full = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'];
  return {
    path: `/proc/${process.pid}/fd/${fd}`,
    append: (chunk) => tolerate(full, () => fs.writeSync(fd, chunk)) === chunk.length,
    empty: () => tolerate(full, () => fs.ftruncateSync(fd)),
    read: () => fs.readFileSync(`/proc/self/fd/${fd}`, 'utf8'),
    size: () => fs.fstatSync(fd).size,
    close: () => fs.closeSync(fd),
  };
}
