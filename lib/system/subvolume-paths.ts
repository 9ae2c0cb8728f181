import { query } from './query.ts';

/**
 * Prints each id with its path and a full stop, or with nothing where the subvolume has no path. The kernel returns ENOENT
 * for a subvolume that does not exist, and ENAMETOOLONG for a path with more than 4096 bytes. Any other failure ends the
 * script.
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

/** This many ids always fit into one command line. */
const batch = 1000;

/**
 * The present paths of subvolumes, by their ids. The kernel reports them, so unusual names cause no errors. A subvolume
 * has no path if it does not exist, or if its path would exceed the limit.
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
