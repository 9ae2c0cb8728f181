import { closeSync, constants, openSync, readSync } from 'node:fs';

/** Bytes that are read of each file at a time. */
const chunk = 256 * 1024;

/**
 * Whether two regular files have the same bytes. Throws what node:fs throws; what became a symbolic link since somebody
 * looked is not followed, and a pipe not waited for.
 */
export function isSameContent(from: Buffer, to: Buffer): boolean {
  const opened: number[] = [];
  try {
    for (const path of [from, to]) {
      opened.push(openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    }
    const [one = -1, other = -1] = opened;
    const buffers = [Buffer.allocUnsafe(chunk), Buffer.allocUnsafe(chunk)] as const;
    for (;;) {
      const [read, readToo] = [fill(one, buffers[0]), fill(other, buffers[1])];
      if (read !== readToo || buffers[0].compare(buffers[1], 0, readToo, 0, read) !== 0) return false;
      if (read < chunk) return true;
    }
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** A read may answer less than what is there. */
function fill(fd: number, buffer: Buffer): number {
  let filled = 0;
  for (;;) {
    const read = readSync(fd, buffer, filled, buffer.length - filled, null);
    filled += read;
    if (read === 0 || filled === buffer.length) return filled;
  }
}
