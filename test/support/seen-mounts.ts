import { readdir, readFile } from 'node:fs/promises';
import type { LoopBtrfs } from './loop-btrfs.ts';

/** One mount of a scratch filesystem. */
export interface SeenMount {
  /** Path of the subvolume, or of a directory in it, from the top level. */
  readonly root: string;
  readonly mountpoint: string;
  /** Options of the mount itself, for example `ro`. */
  readonly options: readonly string[];
}

/** The mounts of a scratch filesystem in this mount namespace, except its top level. Paths may need no escapes except for spaces. */
export async function mountsHere(fs: LoopBtrfs): Promise<readonly SeenMount[]> {
  const device = await deviceOf(fs);
  return parse(await readFile('/proc/self/mountinfo', 'utf8'), device).filter(
    ({ mountpoint }) => mountpoint !== fs.top,
  );
}

/** The same in all other mount namespaces of the machine. A copy of this namespace has the same mounts, and counts. */
export async function mountsElsewhere(fs: LoopBtrfs): Promise<readonly string[]> {
  const device = await deviceOf(fs);
  const own = new Set((await mountsHere(fs)).map(({ mountpoint }) => mountpoint));
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const text = await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '');
    for (const { root, mountpoint } of parse(text, device))
      if (mountpoint !== fs.top && !own.has(mountpoint)) found.push(`${pid}: ${root} on ${mountpoint}`);
  }
  return found;
}

async function deviceOf(fs: LoopBtrfs): Promise<string> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => line.split(' '));
  const device = lines.find((fields) => fields[4] === fs.top)?.[2];
  if (device === undefined) throw new Error(`${fs.top} is not mounted`);
  return device;
}

function parse(text: string, device: string): readonly SeenMount[] {
  return text
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields[2] === device)
    .map(([, , , root = '', mountpoint = '', options = '']) => {
      const plain = (path: string): string => path.replaceAll('\\040', ' ');
      return { root: plain(root), mountpoint: plain(mountpoint), options: options.split(',') };
    });
}
