import type { SubvolumeMount, Unmounted } from '../model/mounting.ts';
import { BeHookError } from '../model/problem.ts';
import type { StepArgs } from '../model/step.ts';
import { inDirectory } from './beneath.ts';
import { removeEmptyDirectory } from './files.ts';
import { readMounts } from './mounts.ts';
import { run } from './run.ts';

/**
 * Mounts on a directory only if its path has no symbolic link, even if another process changes the path meanwhile:
 * mount(8) would follow a link. Another process cannot replace the working directory, so `.` is the directory that the
 * script checked.
 */
const mountScript = `
cd -P -- "$1" && [ "$(pwd -P)" = "$1" ] || { echo "this is not a directory, or its path has a symbolic link" >&2; exit 1; }
exec mount --no-canonicalize -t btrfs -o "$2" -- "$3" .
`;

/** Mounts all subvolumes. If a mount fails, it undoes the others. Throws `tool-failed`, and what `inDirectory` throws. */
export async function mountAll(
  source: string,
  { mounts, makeDirectory: make }: StepArgs['mount-subvolumes'],
): Promise<void> {
  const directory = mounts[0]?.mountpoint;
  if (directory === undefined) return;
  if (make !== undefined) inDirectory('/', directory, () => undefined, make === 'private' ? 0o700 : 0o755);
  const done: string[] = [];
  try {
    for (const mount of mounts) {
      await mountOne(source, mount);
      done.unshift(mount.mountpoint);
    }
  } catch (error) {
    for (const mountpoint of done) await unmount(mountpoint, true);
    if (make !== undefined) removeEmptyDirectory(directory);
    throw error;
  }
}

/**
 * Unmounts one mount after the other. If umount(8) fails, for instance because a mount is busy, the function mounts the
 * subvolumes again that it unmounted before. Throws `mount-busy` and `tool-failed`.
 */
export async function unmountAll(source: string, { mounts, directories, lazy }: StepArgs['unmount']): Promise<void> {
  const gone: Unmounted[] = [];
  for (const mount of mounts) {
    const { mountpoint } = mount;
    if (!isMounted(mountpoint)) continue;
    const complaint = await unmount(mountpoint, lazy);
    if (complaint === undefined) {
      gone.unshift(mount);
      continue;
    }
    const lost = await mountAgain(source, gone);
    if (/\bbusy\b/.test(complaint)) throw new BeHookError({ code: 'mount-busy', path: mountpoint, gone: lost });
    throw failure('umount', mountpoint, complaint);
  }
  for (const directory of directories) removeEmptyDirectory(directory);
}

/** Returns the mount points of the mounts that it could not restore. */
async function mountAgain(source: string, gone: readonly Unmounted[]): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const { mountpoint, subvolume, readOnly } of gone) {
    try {
      if (subvolume === undefined) lost.push(mountpoint);
      else await mountOne(source, { mountpoint, subvolume, readOnly });
    } catch (error) {
      if (!(error instanceof BeHookError)) throw error;
      lost.push(mountpoint);
    }
  }
  return lost;
}

async function mountOne(source: string, { mountpoint, subvolume, readOnly }: SubvolumeMount): Promise<void> {
  const options = mountOptions({ subvolume, readOnly });
  const ended = await run('sh', ['-c', mountScript, 'be-hook', mountpoint, options, source], { expect: 'any' });
  if (ended.status !== 0) throw failure('mount', mountpoint, ended.stderr);
}

/** The options of mount(8) for a subvolume. They have its id, because another subvolume can get its path meanwhile. */
export function mountOptions({ subvolume, readOnly }: Pick<SubvolumeMount, 'subvolume' | 'readOnly'>): string {
  return `subvolid=${subvolume.id},${readOnly ? 'ro' : 'rw'}`;
}

/** Returns the error message of umount(8); undefined after success. */
async function unmount(mountpoint: string, lazy: boolean): Promise<string | undefined> {
  const args = ['--no-canonicalize', ...(lazy ? ['--lazy'] : []), '--', mountpoint];
  const ended = await run('umount', args, { expect: 'any' });
  return ended.status === 0 ? undefined : ended.stderr;
}

function isMounted(mountpoint: string): boolean {
  return readMounts().some((mount) => mount.mountpoint === mountpoint);
}

function failure(tool: string, mountpoint: string, stderr: string): BeHookError {
  const output = stderr.trim().split('\n').at(-1) ?? '';
  return new BeHookError({ code: 'tool-failed', tool, how: `failed on ${mountpoint}`, output });
}
