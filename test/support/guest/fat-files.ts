/** The systems on a FAT. The first one is there before the guest starts, and is its default. */
export const fatSystems = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'] as const;

/** The file with the name of the default. It has the same length for each system. */
export const defaultPath = 'loader/default.conf';

interface FatFiles {
  readonly image: { readonly path: string; readonly text: string };
  readonly entry: { readonly path: string; readonly text: string };
  /** The content of the file with the default. */
  readonly chosen: string;
}

/** The files of a system: an image of many clusters, and an entry that names the image. */
export function fatFiles(name: string): FatFiles {
  const path = `be-hook/${name}/vmlinuz-6.1.0-long-file-name`;
  return {
    image: { path, text: `${name} kernel `.repeat(2000) },
    entry: { path: `loader/entries/be-hook-${name}-6.1.0.conf`, text: `title ${name}\nlinux /${path}\n` },
    chosen: `default ${name}`.padEnd(100, '#'),
  };
}

/** The menu of a system on a separate /boot, and the kept image that the menu names. Both have many clusters. */
export function fatMenu(name: string): { readonly image: FatFiles['image']; readonly text: string } {
  const path = `be-hook/vmlinuz-6.1.0-${name}-long-file-name`;
  return {
    image: { path, text: `${name} kernel `.repeat(2000) },
    text: `# ${name}\n`.padEnd(9000, `linux /${path}\n`),
  };
}
