import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { tinyInit } from './tiny-init.ts';
import { tool } from './tool.ts';

/** crc32c_generic: btrfs loads its checksum by the name of the algorithm, which no dependency line contains. */
const needed: readonly string[] = ['virtio_pci', 'virtio_blk', 'crc32c_generic', 'btrfs'];

/**
 * The module files, relative to `modules`, that these modules require, in loading order (by modules.dep, which lists the
 * dependencies of a module last first). A built-in module has no line and needs no file.
 */
export async function loadingOrder(modules: string, names: readonly string[]): Promise<readonly string[]> {
  const lines = (await readFile(join(modules, 'modules.dep'), 'utf8')).split('\n');
  const order: string[] = [];
  for (const name of names) {
    const line = lines.find((text) => basename(text.split(':')[0] ?? '').split('.')[0] === name);
    if (line === undefined) continue;
    const [own = '', dependencies = ''] = line.split(':');
    for (const path of [own, ...dependencies.trim().split(/\s+/)].filter((word) => word !== '').reverse()) {
      if (!order.includes(path)) order.push(path);
    }
  }
  return order;
}

/** Packs a directory as an uncompressed cpio archive that the kernel unpacks as an initramfs. */
export async function packInitramfs(tree: string, output: string): Promise<void> {
  const names = (await readdir(tree, { recursive: true })).sort();
  await tool('cpio', ['--quiet', '--reproducible', '-o', '-H', 'newc', '-F', output], {
    cwd: tree,
    input: names.join('\n'),
  });
}

/** Makes the initramfs that reports its root and powers off (see tiny-init.ts), for one kernel. */
export async function makeTinyInitramfs(modules: string, busybox: string, output: string): Promise<void> {
  const tree = await mkdtemp(join(tmpdir(), 'be-hook-initramfs-'));
  try {
    await mkdir(join(tree, 'bin'));
    await mkdir(join(tree, 'modules'));
    await copyFile(busybox, join(tree, 'bin/busybox'));
    await writeFile(join(tree, 'init'), tinyInit);
    await chmod(join(tree, 'init'), 0o755);
    const names: string[] = [];
    for (const path of await loadingOrder(modules, needed)) {
      const target = join(tree, 'modules', basename(path));
      await copyFile(join(modules, path), target);
      if (target.endsWith('.xz')) await tool('xz', ['-d', target]);
      names.push(basename(path, '.xz'));
    }
    await writeFile(join(tree, 'modules/order'), names.map((name) => `${name}\n`).join(''));
    await packInitramfs(tree, output);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}
