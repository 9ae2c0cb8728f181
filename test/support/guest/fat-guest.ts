import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { appendTree } from './initramfs-id.ts';
import { kernels } from './kernels.ts';
import { boot } from './qemu.ts';
import { tool } from './tool.ts';

const program = fileURLToPath(new URL('./fat-program.ts', import.meta.url));

/** FAT's driver, and the character sets that it loads by name (fs/fat/Kconfig: FAT_DEFAULT_CODEPAGE and _IOCHARSET). */
const modules = ['fat/fat', 'fat/vfat', 'nls/nls_cp437', 'nls/nls_ascii', 'nls/nls_iso8859-1', 'nls/nls_utf8'];

/** Mounts the disk, runs the program with Node.js, and reports on the second serial port. */
const init = `#!/bin/busybox sh
/bin/busybox mkdir -p /bin /proc /sys /dev /fat /usr/bin
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec >/dev/ttyS0 2>&1
while read -r module; do insmod "/modules/$module"; done </modules/order
while read -r module; do insmod "/modules/$module"; done </modules/fat-order
way=$(sed 's/.*way=//' /proc/cmdline)
case $way in keep) mask=0022 ;; *) mask=0077 ;; esac
mount -t vfat -o umask=$mask /dev/vda /fat && /usr/bin/node /program.cjs "$way"
echo 'FAT FAILED' >/dev/ttyS1
sleep 600
`;

/**
 * Starts a guest with Linux' FAT driver. In it, fat-program.ts changes the FAT on the disk. The oldest kernel has modules
 * that are not compressed.
 */
export async function runOnFat(disk: string, way: 'apply' | 'rename' | 'keep' | 'menu'): Promise<void> {
  const [kernel] = await kernels();
  const scratch = await mkdtemp(join(tmpdir(), 'be-hook-fat-'));
  try {
    const initramfs = join(scratch, 'initramfs');
    await appendTree(kernel.tinyInitramfs, await makeTree(join(scratch, 'tree'), kernel.modules), initramfs);
    const commandLine = `rdinit=/fat-init console=ttyS0 no_timer_check panic=-1 way=${way}`;
    const loaded = { image: kernel.vmlinuz, initramfs, commandLine };
    const options = { kernel: loaded, snapshot: false, flushes: true, until: /FAT (DONE|FAILED)/ };
    const { serial, port } = await boot(disk, options);
    if (!port.includes('FAT DONE')) throw new Error(`the guest did not finish:\n${serial.slice(-4000)}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function makeTree(tree: string, from: string): Promise<string> {
  await mkdir(join(tree, 'modules'), { recursive: true });
  for (const name of modules) await copyFile(join(from, `kernel/fs/${name}.ko`), join(tree, 'modules', fileOf(name)));
  await writeFile(join(tree, 'modules/fat-order'), modules.map((name) => `${fileOf(name)}\n`).join(''));
  await writeFile(join(tree, 'fat-init'), init);
  await chmod(join(tree, 'fat-init'), 0o755);
  await build({
    entryPoints: [program],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: join(tree, 'program.cjs'),
    logLevel: 'error',
  });
  await addNode(tree);
  return tree;
}

function fileOf(name: string): string {
  return `${basename(name)}.ko`;
}

/** Node.js with the libraries that it needs, as ldd(1) lists them. */
async function addNode(tree: string): Promise<void> {
  await mkdir(join(tree, 'usr/bin'), { recursive: true });
  await copyFile(process.execPath, join(tree, 'usr/bin/node'));
  for (const [path] of (await tool('ldd', [process.execPath])).matchAll(/\/\S+/g)) {
    await mkdir(join(tree, dirname(path)), { recursive: true });
    await writeFile(join(tree, path), await readFile(path), { mode: 0o755 });
  }
}
