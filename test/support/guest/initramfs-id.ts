import { appendFile, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packInitramfs } from './tiny-initramfs.ts';

/**
 * Copies an initramfs and appends a second archive to it that holds /initramfs-id, so that a boot can tell by which
 * of several otherwise equal files it went (the kernel unpacks concatenated archives: initramfs-buffer-format).
 */
export async function addInitramfsId(source: string, id: string, target: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'be-hook-id-'));
  try {
    await writeFile(join(scratch, 'initramfs-id'), id);
    await packInitramfs(scratch, `${scratch}.cpio`);
    await copyFile(source, target);
    await appendFile(target, await readFile(`${scratch}.cpio`));
  } finally {
    await rm(scratch, { recursive: true, force: true });
    await rm(`${scratch}.cpio`, { force: true });
  }
}
