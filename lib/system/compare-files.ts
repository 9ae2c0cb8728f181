import { readSync } from 'node:fs';
import { withRegularFile } from './files.ts';

/** Bytes that be-hook reads from each file at a time. */
const chunk = 256 * 1024;

/** Whether two regular files have the same bytes. Throws what `withRegularFile` throws. */
export function isSameContent(from: Buffer, to: Buffer): boolean {
  return withRegularFile(from, (candidate) => withRegularFile(to, (second) => isSame(candidate, second)));
}

function isSame(first: number, second: number): boolean {
  const buffers = [Buffer.allocUnsafe(chunk), Buffer.allocUnsafe(chunk)] as const;
  for (;;) {
    const [read, readToo] = [fill(first, buffers[0]), fill(second, buffers[1])];
    if (read !== readToo || buffers[0].compare(buffers[1], 0, readToo, 0, read) !== 0) return false;
    if (read < chunk) return true;
  }
}

/** Reads until the buffer is full or the file ends: one read(2) may return fewer bytes. */
function fill(fd: number, buffer: Buffer): number {
  let filled = 0;
  for (;;) {
    const read = readSync(fd, buffer, filled, buffer.length - filled, null);
    filled += read;
    if (read === 0 || filled === buffer.length) return filled;
  }
}
