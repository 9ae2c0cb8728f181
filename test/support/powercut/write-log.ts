/** One request to the disk, in the order of acknowledgement. */
export type LoggedWrite =
  | { readonly kind: 'write'; readonly start: number; readonly length: number; readonly dataAt: number }
  | { readonly kind: 'discard'; readonly start: number; readonly length: number }
  | { readonly kind: 'flush' };

/** A mark of the recorded program in the log, and the number of acknowledged entries before it. */
export interface Mark {
  readonly name: string;
  readonly entries: number;
}

const sectorSize = 512;
const magic = 0x6a736677736872n;
const flag = { flush: 1n, fua: 2n, discard: 4n };

/**
 * Reads a log in the format of Linux' dm-log-writes (Documentation/admin-guide/device-mapper/log-writes.rst), as
 * QEMU's blklogwrites writes it: a super sector, then for each entry a sector and its data. The super's count of
 * entries lags behind, so the end of the file is the end of the log. A flush bit means: flushed before this write.
 * All offsets are in bytes; `ends` has the offset in the log at which each entry was complete.
 */
export function parseWriteLog(log: Buffer): { readonly writes: LoggedWrite[]; readonly ends: number[] } {
  if (log.length < sectorSize || log.readBigUInt64LE(0) !== magic) throw new Error('not a write log');
  if (log.readUInt32LE(24) !== sectorSize) throw new Error('the log was not recorded in sectors of 512 bytes');
  const writes: LoggedWrite[] = [];
  const ends: number[] = [];
  for (let at = sectorSize; at + sectorSize <= log.length; ) {
    const start = Number(log.readBigUInt64LE(at)) * sectorSize;
    const length = Number(log.readBigUInt64LE(at + 8)) * sectorSize;
    const flags = log.readBigUInt64LE(at + 16);
    const dataAt = at + sectorSize;
    const isDiscard = (flags & flag.discard) !== 0n;
    at = isDiscard ? dataAt : dataAt + length;
    if (at > log.length) break;
    // A loop device turns a FUA request into a write and a flush, so the meaning of a FUA bit here is unknown.
    if ((flags & flag.fua) !== 0n) throw new Error('the log has a FUA write, which no loop device makes');
    if ((flags & flag.flush) !== 0n) writes.push({ kind: 'flush' });
    if (isDiscard) writes.push({ kind: 'discard', start, length });
    else if (length > 0) writes.push({ kind: 'write', start, length, dataAt });
    while (ends.length < writes.length) ends.push(at);
  }
  return { writes, ends };
}
