/** A disk writes a sector completely or not at all. No sector is smaller, and FAT stores a file from a sector's start. */
export const sectorSize = 512;

/** Bytes, by their index. */
type Bytes = ArrayLike<number>;

/**
 * Whether a content can be overwritten with another one in place: both have the same length and differ in one sector, or
 * the file only grows at its end, within its first sector. The size of a file on FAT is in another sector, its directory's.
 */
export function fitsInPlace(old: Bytes, now: Bytes): boolean {
  if (old.length < now.length && old.length > 0 && now.length <= sectorSize)
    return Array.from({ length: old.length }, (_, index) => old[index] === now[index]).every(Boolean);
  if (old.length !== now.length) return false;
  const changed = new Set<number>();
  for (let index = 0; index < now.length; index += 1)
    if (old[index] !== now[index]) changed.add(Math.floor(index / sectorSize));
  return changed.size <= 1;
}

/** `fitsInPlace` for texts. It is false for texts with characters that are not ASCII. */
export function textFitsInPlace(old: string, now: string): boolean {
  const [before, after] = [bytesOf(old), bytesOf(now)];
  return before !== undefined && after !== undefined && fitsInPlace(before, after);
}

function bytesOf(text: string): Bytes | undefined {
  const bytes = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  return bytes.some((byte) => byte > 0x7f) ? undefined : bytes;
}
