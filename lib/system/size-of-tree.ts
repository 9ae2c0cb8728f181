import { listNames, stat } from './files.ts';

/** The size in bytes of all files below a directory; 0 where the directory does not exist. */
export function sizeOfTree(path: string): number {
  const sizes = listNames(path).map((name) => {
    const found = stat(`${path}/${name}`);
    return found?.kind === 'directory' ? sizeOfTree(`${path}/${name}`) : (found?.size ?? 0);
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}
