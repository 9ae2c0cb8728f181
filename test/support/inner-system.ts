import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tool } from './guest/tool.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';
import { preparedBtrfs } from './prepared-btrfs.ts';
import { beHookOk } from './program.ts';
import { makeRoot } from './root-tree.ts';

/** Gives a root a statically linked busybox with all its programs, and the directories of a system. */
export async function addPrograms(root: string): Promise<void> {
  for (const name of ['bin', 'dev', 'proc', 'sys', 'run', 'tmp', 'root', 'var/lib', 'home'])
    await mkdir(join(root, name), { recursive: true });
  const busybox = await tool('sh', ['-c', 'command -v busybox']);
  await copyFile(busybox.trim(), join(root, 'bin/busybox'));
  const applets = (await tool('busybox', ['--list'])).split('\n').filter((name) => /^[a-z]\w*$/.test(name));
  for (const name of applets.filter((candidate) => candidate !== 'busybox'))
    await symlink('busybox', join(root, 'bin', name));
}

/** Copies a program of this machine and its libraries into a root. */
export async function addProgram(root: string, name: string): Promise<void> {
  const program = (await tool('sh', ['-c', 'command -v "$1"', 'sh', name])).trim();
  const libraries = await tool('sh', ['-c', 'ldd "$1" 2>/dev/null || true', 'sh', program]);
  for (const path of [program, ...(libraries.match(/\/\S+/g) ?? [])]) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await copyFile(path, join(root, path));
  }
}

/**
 * Makes be1, in which programs can run, with a cloned database and a shared /home, and its clone be2. The menu is up
 * to date.
 */
export async function makeTwoSystems(fs: LoopBtrfs): Promise<void> {
  const line = (mountpoint: string, path: string): string =>
    `UUID=${fs.uuid} ${mountpoint} btrfs subvol=/${path} 0 0\n`;
  const fstab = [line('/', '@be1'), line('/var/lib/db', '@db'), line('/home', '@home')].join('');
  const root = await makeRoot(fs, '@be1', { kernels: ['6.1.0-1'], fstab });
  await addPrograms(root);
  await mkdir(join(root, 'var/lib/db'));
  await writeFile(join(await fs.subvolume('@db'), 'format'), 'old\n');
  await writeFile(join(await fs.subvolume('@home'), 'letter'), 'dear\n');
  const where = ['--filesystem', fs.top];
  await beHookOk('adopt', '@be1', ...where);
  await beHookOk('volume', 'set', '/@db', 'cloned', ...where);
  await beHookOk('create', 'be2', '-e', 'be1', ...where);
}

/** The two systems of {@link makeTwoSystems}, on a file system of their own. */
export const withTwoSystems = preparedBtrfs(makeTwoSystems);
