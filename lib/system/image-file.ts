import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { withRegularFile } from './files.ts';

/** Bytes that are read at once. */
const blockSize = 1 << 20;

/** The SHA-256 digest of a regular file, in hexadecimal. Throws what node:fs throws. */
export function digestOf(path: string): string {
  return readBlocks(path, () => undefined);
}

/** How to write a copy. */
export interface CopyOptions {
  /** Whether the last byte is written after all others are on disk. */
  readonly lastByteApart?: boolean;
}

/**
 * Copies a regular file to a path where no file exists. The copy is on disk when this returns. It is written
 * sequentially, because GRUB reads neither holes nor preallocated extents. Returns the SHA-256 digest of the content, in
 * hexadecimal. Throws what node:fs throws, and then a partial copy remains.
 */
export function copyImage(from: string, to: string, { lastByteApart = false }: CopyOptions = {}): string {
  const fd = fs.openSync(to, 'wx', 0o600);
  try {
    let last = Buffer.alloc(0);
    const digest = readBlocks(from, (block) => {
      const end = lastByteApart ? block.length - 1 : block.length;
      fs.writeFileSync(fd, last);
      fs.writeFileSync(fd, block.subarray(0, end));
      last = Buffer.from(block.subarray(end));
    });
    if (last.length > 0) fs.fsyncSync(fd);
    fs.writeFileSync(fd, last);
    fs.fsyncSync(fd);
    return digest;
  } finally {
    fs.closeSync(fd);
  }
}

function readBlocks(path: string, onBlock: (block: Buffer) => void): string {
  return withRegularFile(path, (fd) => {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(blockSize);
    for (let length = fs.readSync(fd, buffer); length > 0; length = fs.readSync(fd, buffer)) {
      const block = buffer.subarray(0, length);
      hash.update(block);
      onBlock(block);
    }
    return hash.digest('hex');
  });
}
