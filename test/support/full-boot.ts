import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { tool } from './guest/tool.ts';
import { formatImages, type LoopBtrfs, mountBtrfs } from './loop-btrfs.ts';
import { released } from './prepared-btrfs.ts';
import {
  type BootImage,
  fillMachine,
  formatBoot,
  machineOn,
  mountBoot,
  type SeparateBootMachine,
} from './separate-boot.ts';

/** The block size of the file systems. */
const block = 4096;

/** The file that takes the space. */
const filler = 'filler';

/** Mounts a new copy of a prepared machine for `body`, and then removes it. */
export type WithBootMachine = <T>(body: (machine: SeparateBootMachine) => Promise<T>) => Promise<T>;

/** The sizes of /boot in MiB. In a smaller ext4 the blocks have 1024 bytes (mke2fs.conf), and mkfs.xfs makes no smaller xfs. */
const sizes = { ext4: 512, xfs: 320 } as const;

/** A machine with a separate /boot that `make` prepares once in this process, when it is first needed. */
export function preparedBoot(
  type: 'ext4' | 'xfs',
  kernels: readonly string[],
  make: (machine: SeparateBootMachine) => Promise<void>,
): WithBootMachine {
  let template: Promise<string> | undefined;
  const prepare = async (): Promise<string> => {
    const directory = mkdtempSync(join(tmpdir(), 'be-hook-boot-template-'));
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    await formatImages(directory, { sizeMiB: 512 });
    await tool('truncate', ['-s', `${sizes[type]}M`, join(directory, bootName)]);
    await formatBoot(type, join(directory, bootName));
    // Without blocks that only root may use, the number of free blocks is what be-hook can write.
    if (type === 'ext4') await tool('tune2fs', ['-m', '0', join(directory, bootName)]);
    await mountIn(directory, type, async (fs, boot) => make(await fillMachine(fs, boot, kernels)));
    return directory;
  };
  return async (body) => {
    template ??= prepare();
    const directory = await mkdtemp(join(tmpdir(), 'be-hook-boot-copy-'));
    try {
      await tool('cp', ['--sparse=always', '-r', `${await template}/.`, directory]);
      return await mountIn(directory, type, async (fs, boot) => body(await machineOn(fs, boot)));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
}

const [rootName, bootName] = ['disk0.img', 'boot.img'];

async function mountIn<T>(
  directory: string,
  type: 'ext4' | 'xfs',
  body: (fs: LoopBtrfs, boot: BootImage) => Promise<T>,
): Promise<T> {
  const images = [join(directory, rootName), join(directory, bootName)] as const;
  try {
    return await mountBtrfs([images[0]], (fs) => mountBoot(type, images[1], (boot) => body(fs, boot)));
  } finally {
    for (const image of images) await released(image);
  }
}

/**
 * Fills the file system until this number of blocks is free, or as close to it as the file system permits: xfs keeps some
 * blocks for its trees. Returns the number of free blocks.
 */
export async function leaveFree(boot: BootImage, blocks: number): Promise<number> {
  const path = join(boot.top, filler);
  for (let tries = 0; ; tries += 1) {
    await boot.settle();
    const free = (await statfs(boot.top)).bavail;
    const surplus = free - blocks;
    if (surplus === 0 || tries === 4) return free;
    const size = Number((await tool('stat', ['-c', '%s', path]).catch(() => '0')).trim());
    if (surplus < 0) await tool('truncate', ['-s', String(Math.max(0, size + surplus * block)), path]);
    else if (surplus > 64) await tool('fallocate', ['-o', String(size), '-l', String((surplus - 48) * block), path]);
    else await append(path, surplus);
  }
}

/** Appends blocks to a file, until there is no space left. */
async function append(path: string, blocks: number): Promise<void> {
  const args = ['if=/dev/zero', `of=${path}`, `bs=${block}`, `count=${blocks}`, 'oflag=append', 'conv=notrunc'];
  await tool('dd', args).catch(() => undefined);
}

/** Frees all space that `leaveFree` took. */
export async function freeAll(boot: BootImage): Promise<void> {
  await rm(join(boot.top, filler), { force: true });
  await boot.settle();
}

/** Everything on /boot and the records of be-hook, as one text, except for the file that takes the space. */
export async function fingerprint({ boot, fs }: SeparateBootMachine): Promise<string> {
  const script = `cd "$1" && find . -xdev ! -name ${filler} -printf '%P %m %l\\n' | sort && find . -xdev ! -name ${filler} -type f -exec sha256sum {} + | sort`;
  const tree = await tool('sh', ['-c', script, 'sh', boot.top]);
  const list = await tool('btrfs', ['subvolume', 'list', fs.top]);
  const paths = [...list.matchAll(/ path (.*)$/gm)].map(([, path = '']) => path).sort();
  const roots = [fs.top, ...paths.map((path) => join(fs.top, path))];
  const records = await tool('getfattr', ['--absolute-names', '-d', '-m', 'trusted.be-hook', ...roots]);
  return [tree, ...paths, records].join('\n').replaceAll(fs.top, '');
}

/**
 * What the machine boots without a key, and every entry of be-hook's menu, by the contents of the files. Every file must be
 * complete.
 */
export async function bootedBy(machine: SeparateBootMachine): Promise<readonly string[]> {
  await machine.fs.sync();
  await machine.boot.settle();
  const { booted, errors } = await machine.grub();
  if (booted === undefined) throw new Error(`GRUB boots nothing: ${errors.join('; ')}`);
  const byDefault = [booted.linux.join(' '), booted.initrd[0] ?? ''] as const;
  const menu = await machine.readBoot('grub2/be-hook.cfg');
  const entries = [...menu.matchAll(/^\s*linux (.*)\n(?:.*\n)*?\s*initrd (\S+)/gm)].map(
    ([, line = '', initrd = '']) => [line, initrd] as const,
  );
  const shown = await Promise.all([byDefault, ...entries].map(([line, initrd]) => describe(machine, line, initrd)));
  return [shown[0] ?? '', ...shown.slice(1).sort()];
}

async function describe(machine: SeparateBootMachine, line: string, initrd: string): Promise<string> {
  const [image = ''] = line.split(' ');
  const contents = await Promise.all([image, initrd].map((path) => contentOf(machine, path.replace(/^\([^)]*\)/, ''))));
  return [...contents, /rootflags=\S*/.exec(line)?.[0]].join(', ');
}

/** The only line of a complete file, which repeats it. */
async function contentOf({ boot }: SeparateBootMachine, path: string): Promise<string> {
  const text = await readFile(join(boot.top, path), 'utf8');
  const line = text.slice(0, text.indexOf('\n'));
  assert.is(text, `${line}\n`.repeat(400), `${path} is complete`);
  return line;
}

/** Checks that no file is half-written: neither under its final name nor under a temporary one. */
export async function checkFiles({ boot }: SeparateBootMachine, where: string): Promise<void> {
  const names = (await tool('find', [boot.top, '-xdev', '-type', 'f', '-printf', '%P\\n'])).split('\n');
  assert.equal(
    names.filter((name) => name.includes('be-hook-tmp')),
    [],
    `${where}: no temporary file stays`,
  );
  for (const name of names) {
    const digest = /^be-hook\/.*-([0-9a-f]{32})$/.exec(name)?.[1];
    if (digest === undefined || /^0+$/.test(digest)) continue;
    const content = await readFile(join(boot.top, name));
    assert.is(createHash('sha256').update(content).digest('hex').slice(0, 32), digest, `${where}: ${name}`);
  }
  for (const name of names.filter((path) => /^(vmlinuz|initramfs)-/.test(path))) {
    const text = await readFile(join(boot.top, name), 'utf8');
    assert.is(text, `${text.slice(0, text.indexOf('\n'))}\n`.repeat(400), `${where}: ${name}`);
  }
}
