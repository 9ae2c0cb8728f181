import { query } from './query.ts';

/**
 * Prints each id with its path and a full stop, or with nothing where it has none: the kernel answers ENOENT for a
 * subvolume that does not exist, and ENAMETOOLONG for a path with more than 4096 bytes. Any other failure ends it.
 */
const resolution = `
place=$1
shift
for id; do
  path=$(btrfs inspect-internal subvolid-resolve "$id" "$place" 2>&1 && echo .) || case $path in
    *'error -2'* | *'No such file or directory'* | *'File name too long'*) path= ;;
    *) printf '%s\\n' "$path" >&2; exit 1 ;;
  esac
  printf '%s\\0%s\\0' "$id" "$path"
done`;

/** As many ids as surely fit into one command line. */
const batch = 1000;

/**
 * Where subvolumes lie at this moment, by their ids: the kernel's answer, whatever their names are. One that does not
 * exist has no path, and neither has one that lies deeper than a path may be long.
 */
export async function pathsOf(top: string, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  for (let start = 0; start < ids.length; start += batch) {
    const some = ids.slice(start, start + batch).map(String);
    const { stdout } = await query('sh', ['-c', resolution, 'be-hook', top, ...some], { seconds: 600, name: 'btrfs' });
    const fields = stdout.split('\0');
    for (const index of some.keys()) {
      const path = fields[2 * index + 1]?.replace(/\n\.$/, '') ?? '';
      if (path !== '') found.set(Number(fields[2 * index]), path);
    }
  }
  return found;
}
