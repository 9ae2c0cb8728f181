import { rmSync } from 'node:fs';
import { atPath, findBeneath, giveTo, inDirectory, splitPath, using } from './beneath.ts';
import { run } from './run.ts';

/**
 * Copies a directory and everything below it. The copy shares the blocks of the files if possible. Links stay links. The
 * function deletes an old directory at `to`, and makes its parent directory for root alone. It does nothing where `from`
 * is not a directory. Throws `tool-failed`.
 */
export async function copyTree(top: string, from: string, to: string): Promise<void> {
  const source = findBeneath(top, from);
  if (source === undefined) return;
  await using(source, async ({ path }) => {
    inDirectory(top, splitPath(to).parent, (open) => giveTo(open, { uid: 0, gid: 0, mode: 0o700 }), 0o700);
    await atPath(top, to, (place) => {
      rmSync(place, { recursive: true, force: true });
      const args = ['--archive', '--reflink=auto', '--no-target-directory', '--', `${path}/.`, place];
      return run('cp', args, { seconds: 600 });
    });
  });
}
