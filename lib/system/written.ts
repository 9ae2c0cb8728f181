import { randomUUID } from 'node:crypto';
import { countExtents } from '../formats/find-new.ts';
import type { Subvolume } from '../model/observation.ts';
import { runStreaming } from './run.ts';
import type { SessionPlace } from './session.ts';

/** How many lists are made at the same time, and how many at most by one shell. */
const shells = 4;
const longest = 100;

/** `find-new` for one subvolume after another: a shell starts it in a third of the time that we would need. */
const script = `
separator=$1
shift
while [ "$#" -ge 2 ]; do
  printf '%s\\n' "$separator"
  btrfs subvolume find-new "$1" "$2" 2>/dev/null
  shift 2
done`;

/**
 * Bytes of file data written into each subvolume since it was made, by its id; without those that could not be asked.
 * btrfs-progs first has everything written to disk, as `sync -f` does. Costs some milliseconds for a subvolume, and some
 * microseconds for each file written in it.
 */
export async function measureWritten(
  place: SessionPlace,
  subvolumes: readonly Subvolume[],
): Promise<ReadonlyMap<number, number>> {
  const written = new Map<number, number>();
  const size = Math.min(longest, Math.ceil(subvolumes.length / shells));
  const parts: Subvolume[][] = [];
  for (let start = 0; start < subvolumes.length; start += size) parts.push(subvolumes.slice(start, start + size));
  const work = async (): Promise<void> => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) await measure(place, part, written);
  };
  await Promise.all(Array.from({ length: shells }, work));
  return written;
}

async function measure(
  { enter, mountedAt }: SessionPlace,
  subvolumes: readonly Subvolume[],
  written: Map<number, number>,
): Promise<void> {
  const [program, ...words] = enter;
  const separator = randomUUID();
  const counter = countExtents(separator);
  const paths = subvolumes.flatMap((one) => [`${mountedAt}/${one.path}`, String(firstGeneration(one))]);
  await runStreaming(program, [...words, 'sh', '-c', script, 'be-hook', separator, ...paths], counter.feed);
  const sums = counter.sums();
  for (const [index, { id }] of subvolumes.entries()) {
    const sum = sums[index];
    if (sum !== undefined) written.set(id, sum);
  }
}

/**
 * The generation of the first write. A snapshot is made by the commit of the generation that it has, which brings with it
 * what had been written into its source until then (measured); an empty subvolume can be written to at once.
 */
function firstGeneration({ generation, parentUuid }: Subvolume): number {
  return parentUuid === undefined ? generation : generation + 1;
}
