import * as fs from 'node:fs';
import { appending, rethrow, tolerate } from './files.ts';

/** A file that stays open, even if another process renames or replaces it. */
export interface OpenFile {
  /** A path in /proc that leads to it, for programs that be-hook starts. */
  readonly path: string;
  /** Appends to the file; returns whether there was room. */
  readonly append: (chunk: Buffer) => boolean;
  readonly empty: () => void;
  /** Returns the text of the file. */
  readonly read: () => string;
  readonly size: () => number;
  readonly close: () => void;
}

/** Opens an existing file. Throws `write-refused`, and what node:fs throws. */
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
