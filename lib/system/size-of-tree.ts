import { listNames, stat } from './files.ts';

/** Bytes that the files in a directory and below hold; 0 where there is none. */
export function sizeOfTree(path: string): number {
  const sizes = listNames(path).map((name) => {
    const found = stat(`${path}/${name}`);
    return found?.kind === 'directory' ? sizeOfTree(`${path}/${name}`) : (found?.size ?? 0);
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}
