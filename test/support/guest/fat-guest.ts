import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { appendTree } from './initramfs-id.ts';
import { kernels } from './kernels.ts';
import { tool } from './tool.ts';
import { bootUserMode } from './user-mode-linux.ts';

const program = fileURLToPath(new URL('./fat-program.ts', import.meta.url));

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
way=$(sed 's/.* way=\\([a-z]*\\).*/\\1/' /proc/cmdline)
case $way in keep) mask=0022 ;; *) mask=0077 ;; esac
mount -t vfat -o umask=$mask /dev/ubda /fat && /usr/bin/node /program.cjs "$way"
# Without a sync: only what the program itself has flushed is certainly on the disk.
poweroff -n -f
`;

/** Starts User Mode Linux with Linux' FAT driver. In it, fat-program.ts changes the FAT on the disk. */
export async function runOnFat(disk: string, way: 'apply' | 'rename' | 'keep' | 'menu' | 'entries'): Promise<void> {
  const [kernel] = await kernels();
  const scratch = await mkdtemp(join(tmpdir(), 'be-hook-fat-'));
  try {
    const initramfs = join(scratch, 'initramfs');
    await appendTree(kernel.tinyInitramfs, await makeTree(join(scratch, 'tree')), initramfs);
    const commandLine = `rdinit=/fat-init console=ttyS0 panic=-1 way=${way}`;
    const { serial, port } = await bootUserMode({ image: disk, initramfs, commandLine, timeoutSeconds: 300 });
    if (!port.includes('FAT DONE')) throw new Error(`the guest did not finish:\n${serial.slice(-4000)}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function makeTree(tree: string): Promise<string> {
  await mkdir(tree, { recursive: true });
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

/** Node.js with the libraries that it needs, as ldd(1) lists them. */
async function addNode(tree: string): Promise<void> {
  await mkdir(join(tree, 'usr/bin'), { recursive: true });
  await copyFile(process.execPath, join(tree, 'usr/bin/node'));
  for (const [path] of (await tool('ldd', [process.execPath])).matchAll(/\/\S+/g)) {
    await mkdir(join(tree, dirname(path)), { recursive: true });
    await writeFile(join(tree, path), await readFile(path), { mode: 0o755 });
  }
}
