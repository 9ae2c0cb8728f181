import { countExtents } from '../formats/find-new.ts';
import type { Subvolume } from '../model/observation.ts';
import { findBeneath } from './beneath.ts';
import { cryptography } from './crypto.ts';
import { runStreaming } from './run.ts';
import type { SessionPlace } from './session.ts';

/** How many lists be-hook makes at the same time, and how many one shell makes at most. */
const shells = 4;
const longest = 100;

/** Runs `find-new` for one subvolume after another. A shell starts it in a third of the time that Node.js needs. */
const script = `
separator=$1
shift
while [ "$#" -ge 2 ]; do
  printf '%s\\n' "$separator"
  btrfs subvolume find-new "$1" "$2" 2>/dev/null
  shift 2
done`;

/**
 * Bytes of file data written into each subvolume since it was made, by its id. Subvolumes that be-hook could not measure
 * are missing. btrfs-progs first syncs the file system, as `sync -f` does. The function takes some milliseconds for a
 * subvolume, and some microseconds for each file written in it.
 */
export async function measureWritten(
  { top }: SessionPlace,
  subvolumes: readonly Subvolume[],
): Promise<ReadonlyMap<number, number>> {
  const written = new Map<number, number>();
  const size = Math.min(longest, Math.ceil(subvolumes.length / shells));
  const parts: Subvolume[][] = [];
  for (let start = 0; start < subvolumes.length; start += size) parts.push(subvolumes.slice(start, start + size));
  const work = async (): Promise<void> => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) await measure(top, part, written);
  };
  await Promise.all(Array.from({ length: shells }, work));
  return written;
}

async function measure(top: string, subvolumes: readonly Subvolume[], written: Map<number, number>): Promise<void> {
  const separator = cryptography().randomUUID();
  const counter = countExtents(separator);
  // Users can put a symbolic link in the place of their own subvolumes.
  const open = subvolumes.flatMap((subvolume) => {
    const directory = findBeneath(top, subvolume.path);
    return directory === undefined ? [] : [{ subvolume, directory }];
  });
  try {
    const paths = open.flatMap(({ subvolume, directory }) => [directory.path, String(firstGeneration(subvolume))]);
    await runStreaming('sh', ['-c', script, 'be-hook', separator, ...paths], counter.feed);
  } finally {
    for (const { directory } of open) directory.close();
  }
  const sums = counter.sums();
  for (const [index, { subvolume }] of open.entries()) {
    const sum = sums[index];
    if (sum !== undefined) written.set(subvolume.id, sum);
  }
}

/**
 * The generation of the first write. btrfs makes a snapshot in the commit of the snapshot's own generation, which also
 * contains everything written to the source before (measured). Programs can write to an empty subvolume at once.
 */
function firstGeneration({ generation, parentUuid }: Subvolume): number {
  return parentUuid === undefined ? generation : generation + 1;
}
