import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { tool } from './guest/tool.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';

/** Makes a read-only snapshot of /@be1 with this name in the top level, for `changesSince`. */
export async function keepState(fs: LoopBtrfs, name: string): Promise<void> {
  await tool('btrfs', ['-q', 'subvolume', 'snapshot', '-r', join(fs.top, '@be1'), join(fs.top, name)]);
}

/**
 * The changes that btrfs finds in /@be1 since the snapshot `name`: files, modes, owners, attributes and contents, without
 * times and the GRUB directory.
 */
export async function changesSince(fs: LoopBtrfs, name: string): Promise<readonly string[]> {
  const [before, after] = [join(fs.top, name), join(fs.top, 'after')];
  // The disk of the test can be full.
  const stream = join(fs.top, '../stream');
  await keepState(fs, 'after');
  await tool('btrfs', ['-q', 'send', '--no-data', '-f', stream, '-p', before, after]);
  const [first = '', ...rest] = (await tool('btrfs', ['receive', '--dump', '-f', stream])).split('\n');
  assert.match(first, /^snapshot /);
  await tool('btrfs', ['-q', 'subvolume', 'delete', after]);
  await rm(stream);
  const isMenu = (line: string): boolean => line.includes('./after/boot/grub/');
  // A new file has a temporary name in the stream until it is renamed.
  const onTheWay = rest.filter(isMenu).flatMap((line) => /\.\/after\/o\d+-\d+-\d+/.exec(line)?.[0] ?? []);
  const isOther = (path: string): boolean => !path.startsWith('./after/boot/grub/') && !onTheWay.includes(path);
  return rest.filter((line) => !line.startsWith('utimes ') && isOther(line.split(/ +/)[1] ?? ''));
}
