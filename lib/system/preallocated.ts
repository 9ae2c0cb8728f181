import { parseUnwritten } from '../formats/filefrag.ts';
import type { BootFile, RootFacts } from '../model/observation.ts';
import { BeHookError } from '../model/problem.ts';
import { query } from './query.ts';

const chunk = 400;

/**
 * Finds the boot files of the roots with preallocated extents, as `findPreallocatedFiles` does. btrfs has no unwritten
 * extents while it writes.
 */
export async function findPreallocated(top: string, roots: readonly RootFacts[]): Promise<readonly RootFacts[]> {
  const files = roots.flatMap((root) => [
    ...(root.boot.kind === 'directory' ? root.boot.files : []),
    ...root.moduleImages,
  ]);
  const unwritten = await findUnwritten(top, files, []);
  if (unwritten.size === 0) return roots;
  return roots.map((root) => ({
    ...root,
    boot: root.boot.kind === 'directory' ? { ...root.boot, files: root.boot.files.map(judge(unwritten)) } : root.boot,
    moduleImages: root.moduleImages.map(judge(unwritten)),
  }));
}

/**
 * Finds the files with preallocated extents with filefrag(8) of e2fsprogs, which uses FIEMAP. Where that program is
 * missing, the function finds no such files: no known package manager preallocates kernels, and a menu without this check
 * is better than no menu. filefrag first writes each file to the disk (`-s`), because ext4 and xfs show the extents of a
 * file as unwritten while the kernel writes it (measured: 9 of 40 times on ext4, 7 of 40 times on xfs).
 */
export async function findPreallocatedFiles(top: string, files: readonly BootFile[]): Promise<readonly BootFile[]> {
  return files.map(judge(await findUnwritten(top, files, ['-s'])));
}

function judge(unwritten: ReadonlySet<string>): (file: BootFile) => BootFile {
  return (file) => (unwritten.has(file.target) ? { ...file, fault: 'preallocated' } : file);
}

/** The targets of the files that have preallocated extents. */
async function findUnwritten(
  top: string,
  files: readonly BootFile[],
  flags: readonly string[],
): Promise<ReadonlySet<string>> {
  const targets = [...new Set(files.filter(({ fault }) => fault === undefined).map(({ target }) => target))];
  const unwritten = new Set<string>();
  for (let start = 0; start < targets.length; start += chunk) {
    const some = targets.slice(start, start + chunk).map((target) => `${top}/${target}`);
    for (const path of await askFilefrag(flags, some)) unwritten.add(path.slice(top.length + 1));
  }
  return unwritten;
}

async function askFilefrag(flags: readonly string[], paths: readonly string[]): Promise<readonly string[]> {
  try {
    const { stdout } = await query('filefrag', ['-v', ...flags, '--', ...paths], { expect: 'any' });
    return parseUnwritten(stdout);
  } catch (error) {
    if (error instanceof BeHookError && error.problem.code === 'tool-missing') return [];
    throw error;
  }
}
