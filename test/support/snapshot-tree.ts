import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** The files below a directory, for comparison: path, mode, owner, inode, size and content of each file. */
export async function snapshotTree(directory: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const path = join(directory, name);
    const found = await lstat(path);
    const size = found.isDirectory() ? '' : String(found.size);
    const line = `${path} ${found.mode.toString(8)} ${found.uid}:${found.gid} ${found.ino} ${size}`;
    if (found.isFile())
      lines.push(
        `${line} ${createHash('sha256')
          .update(await readFile(path))
          .digest('hex')}`,
      );
    else if (found.isSymbolicLink()) lines.push(`${line} -> ${await readlink(path)}`);
    else lines.push(line);
    if (found.isDirectory()) lines.push(...(await snapshotTree(path)));
  }
  return lines;
}
