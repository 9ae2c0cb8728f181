import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tool } from '../support/guest/tool.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHookOk, programPath } from '../support/program.ts';
import { fillMachine, withBootImage } from '../support/separate-boot.ts';
import { median, show } from './statistics.ts';
import { time } from './time.ts';

const rounds = 7;
const releases = ['6.17.1-300.fc44.x86_64', '6.16.9-200.fc44.x86_64'];
const mebibyte = 1 << 20;

/** The times of each command on a separate /boot, and of what it is compared with. */
interface Times {
  readonly node: number[];
  readonly copy: number[];
  readonly first: number[];
  readonly further: number[];
  readonly sync: number[];
  readonly syncMany: number[];
}

/** A machine with two kernels of a realistic size: be-hook copies and hashes their bytes. */
async function measure(): Promise<Times> {
  return withBtrfs({ sizeMiB: 2048 }, (fs) =>
    withBootImage(
      'ext4',
      async (boot) => {
        await fillMachine(fs, boot, releases);
        for (const release of releases) {
          const image = randomBytes(16 * mebibyte);
          await writeFile(join(boot.top, `vmlinuz-${release}`), image);
          await writeFile(join(fs.top, `@be1/usr/lib/modules/${release}/vmlinuz`), image);
          await writeFile(join(boot.top, `initramfs-${release}.img`), randomBytes(40 * mebibyte));
        }
        await boot.settle();
        const where = ['--filesystem', fs.top, '--boot', boot.device];
        const ok = async (...words: readonly string[]): Promise<void> => {
          await beHookOk(...words, ...where);
        };
        const timed = (...words: readonly string[]): Promise<number> =>
          time(process.execPath, [programPath, ...words, ...where]);
        await ok('setup', '--yes', '@be1');
        const times: Times = { node: [], copy: [], first: [], further: [], sync: [], syncMany: [] };
        const script = 'mkdir "$1/kept" && cp "$1"/vmlinuz-* "$1"/initramfs-* "$1/kept" && sync -f "$1"';
        for (let round = 0; round < rounds; round += 1) {
          times.node.push(await time(process.execPath, ['-e', '0']));
          times.copy.push(await time('sh', ['-c', script, 'sh', boot.top]));
          await tool('rm', ['-r', join(boot.top, 'kept')]);
          times.first.push(await timed('create', 'first'));
          times.further.push(await timed('create', 'further'));
          await ok('destroy', '-F', 'further');
          times.sync.push(await timed('sync'));
          await ok('destroy', '-F', 'first');
        }
        for (let count = 1; count < 50; count += 1) await ok('create', `n${count}`);
        for (let round = 0; round < rounds; round += 1) times.syncMany.push(await timed('sync'));
        return times;
      },
      1024,
    ),
  );
}

/** The times on a separate /boot, as a section of BENCHMARKS.md. */
export async function benchSeparateBoot(): Promise<string> {
  const { node, copy, first, further, sync, syncMany } = await measure();
  const row = (what: string, times: number[], beside: string, others: number[]): string => {
    const ratio = (median(times) / median(others)).toFixed(2);
    return `| ${what} | ${show(times)} | ${beside} ${show(others)} | **${ratio}** |`;
  };
  return `## What a separate /boot costs

A /boot on ext4 with two kernels, of 16 MiB and an initramfs of 40 MiB each. The first copy of a system copies both kernels and hashes them, and
returns when they are on disk.

| command | ms | compared with, ms | ratio |
| --- | ---: | ---: | ---: |
${[
  row('create, the first copy', first, '`cp` of the same files, and `sync`', copy),
  row('create, a further copy', further, '`node -e 0`', node),
  row('sync, 2 × 2, menu already right', sync, '`node -e 0`', node),
  row('sync, 50 × 2, menu already right', syncMany, '`node -e 0`', node),
].join('\n')}
`;
}
