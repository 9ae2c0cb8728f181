import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectory, removeFile, stat } from './files.ts';
import { run } from './run.ts';

/**
 * Copies a directory with everything below it, as far as it shares the blocks of its files if that is possible; links
 * stay links. What lay there goes; the directory around it is for root alone then. Nothing happens where
 * `from` is no directory. Throws `tool-failed`.
 */
export async function copyTree(from: string, to: string): Promise<void> {
  if (stat(from)?.kind !== 'directory') return;
  makeDirectory(dirname(to), 0o700);
  chmodSync(dirname(to), 0o700);
  removeFile(to);
  await run('cp', ['--archive', '--reflink=auto', '--no-target-directory', '--', from, to], { seconds: 600 });
}
