/** Adds up the extents that `btrfs subvolume find-new` lists, for one subvolume after another. */
export interface ExtentCounter {
  /** Takes the next part of the output, cut at any place. */
  readonly feed: (text: string) => void;
  /** The sum of each subvolume in bytes, in order. Undefined for a subvolume whose list has no end. */
  readonly sums: () => readonly (number | undefined)[];
}

/**
 * Counts the output of `find-new` for many subvolumes. Each list follows a line that equals `separator`, which must not
 * be a possible file name. A line is `inode N file offset N len BYTES disk start N offset N gen N flags F PATH`
 * (btrfs-progs, cmds/subvolume.c). Inline, reserved and compressed extents count with their length in the file. A hole
 * does not count. btrfs prints paths unescaped. The text after a line break in a path is skipped, unless a user made it
 * look like such a line.
 */
export function countExtents(separator: string): ExtentCounter {
  const sums: number[] = [];
  const complete: boolean[] = [];
  let rest = '';
  const read = (line: string): void => {
    const last = sums.length - 1;
    if (line === separator) {
      sums.push(0);
      complete.push(false);
    } else if (last >= 0) {
      sums[last] = (sums[last] ?? 0) + lengthOf(line);
      complete[last] = /^transid marker was \d+$/.test(line);
    }
  };
  return {
    feed: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) read(line);
    },
    sums: () => sums.map((sum, index) => (complete[index] === true ? sum : undefined)),
  };
}

const extent = /^inode \d+ file offset \d+ len (\d+) disk start (\d+) offset \d+ gen \d+ flags ([A-Z|]+) /;

function lengthOf(line: string): number {
  const [, length, start, flags] = extent.exec(line) ?? [];
  // File systems without the feature no-holes store an extent for a hole, at no place on disk.
  const isHole = start === '0' && flags?.includes('INLINE') === false;
  return length === undefined || isHole ? 0 : Number(length);
}

/** The files that one list names, each once, sorted by path. The text after a line break in a path is left out. */
export function parseNewFiles(text: string): readonly string[] {
  const paths = text.split('\n').flatMap((line) => /^inode \d+ .* flags [A-Z|]+ (.*)$/.exec(line)?.[1] ?? []);
  return [...new Set(paths)].sort();
}
