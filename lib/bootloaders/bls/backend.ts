import type { Menu } from '../../model/menu.ts';
import type { Loader } from '../../plan/loader.ts';
import { readEntry } from './entry-file.ts';
import { printStem } from './entry-name.ts';
import { blsPartition, entriesDirectory } from './facts.ts';
import { installMenu } from './install-menu.ts';
import { readMenu, readRoot } from './read-root.ts';
import { removeMenu } from './remove-menu.ts';

/** systemd-boot. It reads one file for each entry from the partition at /boot (Boot Loader Specification, "Type #1"). */
export const bls: Loader = {
  can: { once: false, fold: false, readsEntries: true },
  serves: (layout) => layout.kind === 'separate-boot' && layout.fault === undefined,
  readRoot,
  readMenus: (root) => {
    const menu = readMenu(root);
    return [menu && { filesystemUuid: filesystemOf(menu), bootUuid: undefined, oneShot: undefined, ...menu }];
  },
  offers: (root, path) =>
    blsPartition(root)?.entries.some((file) =>
      readEntry(file)?.entry.options.some((word) => word.startsWith('rootflags=') && isOf(word, path)),
    ) === true,
  nameEntry: (menu, { be, release }) => {
    const kind = menu.default.be === be && menu.default.release === release ? 'default' : 'other';
    return printStem({ kind, be, release });
  },
  describe: ({ loaderInfo, firmware }) =>
    `${loaderInfo ?? 'systemd-boot'}${firmware === 'uefi' ? ', started by UEFI' : ''}`,
  placesOf: (root) => ({
    menus: blsPartition(root) === undefined ? [] : [{ on: 'boot', path: entriesDirectory }],
    generatorScript: undefined,
  }),
  installMenu,
  adoptDefaults: () => [],
  refreshDistributionMenu: () => [],
  removeMenu: (_state, environments, entry) => removeMenu(environments, entry),
  mapFacts: (facts) => facts,
  retarget: () => ({ relative: false, edits: {}, warnings: [] }),
  editOptions: () => undefined,
  systemFiles: [],
  holds: () => undefined,
  leadsHere: () => true,
  check: () => [],
};

function isOf(word: string, path: string): boolean {
  return word.slice('rootflags='.length).split(',').includes(`subvol=${path}`);
}

/** All entries name the same file system. */
function filesystemOf({ groups }: Pick<Menu, 'groups'>): string {
  const words = groups.flatMap(({ entries }) => entries.flatMap(({ options }) => options));
  return words.find((word) => word.startsWith('root=UUID='))?.slice('root=UUID='.length) ?? '';
}
