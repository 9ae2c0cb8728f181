import type { Problem } from '../model/problem.ts';

/** One mount in /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
export interface Mount {
  /** Unique in all namespaces while it is mounted. /proc/PID/fdinfo/FD names a mount by this id. */
  readonly id: number;
  /** The id of the mount that it is mounted on. */
  readonly parent: number;
  /** The number of its file system, `major:minor`. All subvolumes of a btrfs have the same number. */
  readonly device: string;
  /** The part of its file system that is mounted. For btrfs: the subvolume's path with a leading slash. */
  readonly root: string;
  readonly mountpoint: string;
  readonly type: string;
  readonly source: string;
  /** Whether this mount, or the whole file system, is read-only. */
  readonly readOnly: boolean;
  /** Options of the file system. For btrfs they include `subvolid=`. */
  readonly options: readonly string[];
}

/** Reads a mountinfo file. Later lines hide earlier ones at the same place. Returns `file-malformed` for other text. */
export function parseMountinfo(text: string, path = 'proc/self/mountinfo'): readonly Mount[] | Problem {
  const mounts: Mount[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const mount = parseLine(line);
    if (mount === undefined) {
      const why = 'this is not a line that the kernel writes';
      return { code: 'file-malformed', path, line: index + 1, why, hint: 'is /proc mounted?' };
    }
    mounts.push(mount);
  }
  return mounts;
}

function parseLine(line: string): Mount | undefined {
  const fields = line.split(' ');
  const dash = fields.indexOf('-', 6);
  const [device = '', root, mountpoint] = fields.slice(2);
  const [type, source, options] = [fields[dash + 1], fields[dash + 2], fields[dash + 3]];
  if (dash < 0 || root === undefined || mountpoint === undefined || type === undefined) return undefined;
  return {
    id: Number(fields[0]),
    parent: Number(fields[1]),
    device,
    root: unescapeOctal(root),
    mountpoint: unescapeOctal(mountpoint),
    type,
    source: unescapeOctal(source ?? ''),
    readOnly: [fields[5], options].some((words) => words?.split(',').includes('ro')),
    options: (options ?? '').split(','),
  };
}

/** Decodes `\040` and similar escapes, byte by byte as UTF-8 (mountinfo and fstab(5) use them). */
export function unescapeOctal(text: string): string {
  return text.replace(/(?:\\[0-7]{3})+/g, (run) => {
    const bytes = (run.match(/[0-7]{3}/g) ?? []).map(
      (octal) => `%${Number.parseInt(octal, 8).toString(16).padStart(2, '0')}`,
    );
    try {
      return decodeURIComponent(bytes.join(''));
    } catch {
      return '\ufffd';
    }
  });
}

/** The id of the mounted btrfs subvolume. Undefined where the mount has no `subvolid=`. */
export function mountedSubvolume(mount: Mount): number | undefined {
  const option = mount.options.find((word) => word.startsWith('subvolid='));
  return option === undefined ? undefined : Number(option.slice('subvolid='.length));
}
