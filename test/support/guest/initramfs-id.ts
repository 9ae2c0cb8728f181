import { appendFile, copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packInitramfs } from './tiny-initramfs.ts';

/**
 * Copies an initramfs and appends a second archive with /initramfs-id, so that a boot can report which of several equal
 * files it used. The kernel unpacks concatenated archives (initramfs-buffer-format).
 */
export async function addInitramfsId(source: string, id: string, target: string): Promise<void> {
  await addToInitramfs(source, { 'initramfs-id': id }, target);
}

/** Copies an initramfs and appends an archive with files, by their names, to it. */
export async function addToInitramfs(
  source: string,
  files: Readonly<Record<string, string>>,
  target: string,
): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'be-hook-id-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(scratch, name), text);
    await appendTree(source, scratch, target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Copies an initramfs and appends an archive with a directory to it. */
export async function appendTree(source: string, tree: string, target: string): Promise<void> {
  try {
    await packInitramfs(tree, `${tree}.cpio`);
    await copyFile(source, target);
    // The kernel recognises an uncompressed archive only at multiples of four, and skips zeros in between.
    await appendFile(target, Buffer.alloc(-(await stat(source)).size & 3));
    await appendFile(target, await readFile(`${tree}.cpio`));
  } finally {
    await rm(`${tree}.cpio`, { force: true });
  }
}
