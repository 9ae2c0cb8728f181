import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import type { Tree, TreeEntry } from '../model/drift.ts';
import { type OpenDirectory, openInner, openRoot, using } from './beneath.ts';
import { subvolumeInode } from './btrfs.ts';
import { cryptography } from './crypto.ts';
import { withRegularFile } from './files.ts';
import { placeholderInode } from './inside.ts';
import { unlessGone } from './unless-gone.ts';
import { isLabel, readRawAttributes } from './xattrs.ts';

/**
 * All files below a directory, which itself has the path ''. Empty where the directory does not exist. The function
 * follows no symbolic link and enters no subvolume. Devices, pipes, sockets and names that are not UTF-8 are left out.
 */
export async function readTree(top: string): Promise<Tree> {
  const found = new Map<string, Omit<TreeEntry, 'attributes'>>();
  const look = (place: string, path: string): boolean => {
    const entry = unlessGone(() => readEntry(place));
    if (entry !== undefined) found.set(path, entry);
    return entry?.kind === 'directory';
  };
  const walk = (directory: OpenDirectory, path: string): void => {
    for (const name of readdirSync(directory.path)) {
      if (!look(`${directory.path}/${name}`, `${path}/${name}`)) continue;
      const inner = openInner(directory, Buffer.from(name).toString('latin1'));
      if (inner !== undefined) using(inner, (open) => walk(open, `${path}/${name}`));
    }
  };
  if (look(top, top)) using(openRoot(top), (open) => walk(open, top));
  if (found.get(top)?.kind !== 'directory') return new Map();
  const attributes = await readRawAttributes([...found.keys()]);
  return new Map(
    [...found].map(([path, entry]) => {
      const own = [...(attributes.get(path) ?? [])].filter(([name]) => !isLabel(name));
      const text = own.map(([name, hex]) => `${name}=${hex}`).sort();
      return [path.slice(top.length + 1), { ...entry, attributes: text.join(' ') }];
    }),
  );
}

/** The digest of a file's content or of a symbolic link's target; '' for a directory. Throws what node:fs throws. */
export function digestOf(path: string, kind: TreeEntry['kind']): string {
  if (kind === 'directory') return '';
  return kind === 'symlink' ? readlinkSync(path) : withRegularFile(path, (fd) => digest(readFileSync(fd)));
}

/** SHA-256 in hexadecimal. */
export function digest(bytes: Buffer | string): string {
  return cryptography().createHash('sha256').update(bytes).digest('hex');
}

function readEntry(path: string): Omit<TreeEntry, 'attributes'> | undefined {
  const seen = lstatSync(path);
  const kind = kindOf(seen);
  if (kind === undefined) return undefined;
  return { kind, content: digestOf(path, kind), mode: seen.mode & 0o7777, uid: seen.uid, gid: seen.gid };
}

/** Also undefined for a subvolume, and for the empty directory that a snapshot shows in place of a subvolume. */
function kindOf(seen: Stats): TreeEntry['kind'] | undefined {
  if (seen.isFile()) return 'file';
  if (seen.isSymbolicLink()) return 'symlink';
  return seen.isDirectory() && ![subvolumeInode, placeholderInode].includes(seen.ino) ? 'directory' : undefined;
}
