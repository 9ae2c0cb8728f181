import { rmSync } from 'node:fs';
import { atPath, findBeneath, giveTo, inDirectory, splitPath, using } from './beneath.ts';
import { run } from './run.ts';

/**
 * Copies a directory with everything below it, as far as it shares the blocks of its files if that is possible; links
 * stay links. What lay there goes; the directory around it is for root alone then. Nothing happens where
 * `from` is no directory. Throws `tool-failed`.
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
