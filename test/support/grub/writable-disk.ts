import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { addHandOver } from '../../../lib/bootloaders/grub/hand-over.ts';
import { tool } from '../guest/tool.ts';
import { type GrubRun, type RunOptions, runGrub } from './boot.ts';
import type { GrubTools } from './versions.ts';

/** An environment block with these lines, as grub-editenv writes it. */
export function environment(...lines: readonly string[]): string {
  return `# GRUB Environment Block\n${lines.map((line) => `${line}\n`).join('')}`.padEnd(1024, '#');
}

/**
 * Where the second disk has a block without a file system, as Fedora 44 has on btrfs: 1024 bytes in sectors 8 and 9.
 */
export const rawBlock = '8+2';

/** The input of one start of GRUB. */
export interface Disk {
  readonly boot: (tools: GrubTools, options?: RunOptions) => Promise<GrubRun>;
  /** The raw block of the second disk. */
  readonly block: () => Promise<string>;
}

/**
 * A disk that GRUB can write: ext2 with `/grub/grub.cfg` and the hand-over at its end, this menu and this grubenv, and
 * a second disk with a raw environment block. Changes that GRUB makes stay from one start to the next.
 */
export async function withWritableDisk(
  files: { readonly grubCfg: string; readonly menu: string; readonly grubenv?: string; readonly block?: string },
  body: (disk: Disk) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-disk-'));
  try {
    const content = {
      '/kernel': 'K'.repeat(5000),
      '/grub/grub.cfg': addHandOver(files.grubCfg),
      '/grub/be-hook.cfg': files.menu,
    };
    const all = files.grubenv === undefined ? content : { ...content, '/grub/grubenv': files.grubenv };
    for (const [path, text] of Object.entries(all)) {
      await mkdir(dirname(join(directory, 'content', path)), { recursive: true });
      await writeFile(join(directory, 'content', path), text);
    }
    const [disk, second] = [join(directory, 'disk'), join(directory, 'second')];
    await copyFile('/dev/null', disk);
    await tool('truncate', ['-s', '1M', disk]);
    await tool('mke2fs', ['-q', '-t', 'ext2', '-b', '4096', '-d', join(directory, 'content'), disk]);
    const raw = Buffer.alloc(1 << 20);
    raw.write(files.block ?? environment(), 8 * 512);
    await writeFile(second, raw);
    const boot: Disk['boot'] = (tools, options) => {
      const before = `set dev=hd1\nexport dev\n${options?.before ?? ''}`;
      return runGrub({ tools, images: [disk, second], menuDirectory: '/grub' }, { ...options, before });
    };
    await body({ boot, block: async () => (await readFile(second)).subarray(8 * 512, 10 * 512).toString() });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
