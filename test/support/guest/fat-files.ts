import type { BeName } from '../../../lib/model/be-name.ts';
import type { Menu, MenuGroup } from '../../../lib/model/menu.ts';
import { onBoot } from '../../../lib/model/place.ts';

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

/** The menu of systemd-boot in which a system is the default, and the others that come before it in `fatSystems` follow. */
export function fatEntries(name: (typeof fatSystems)[number]): Menu {
  const names = fatSystems.slice(0, fatSystems.indexOf(name) + 1).reverse();
  const groups = names.map((each): MenuGroup => {
    const be = each as BeName;
    const image = onBoot(fatMenu(each).image.path);
    const options = ['root=UUID=1', `rootflags=subvol=${each}`, 'x'.repeat(400)];
    const entry = { be, release: '6.1.0', title: each, osId: 'linux', image, initrds: [image], options };
    return { folded: false, be, entries: [entry] };
  });
  return {
    filesystemUuid: '1',
    bootUuid: undefined,
    default: { be: name as BeName, release: '6.1.0' },
    settings: { timeout: 0, timeoutStyle: 'hidden', timeoutFixed: false },
    oneShot: undefined,
    groups,
  };
}
