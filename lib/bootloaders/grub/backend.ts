import type { Loader } from '../../plan/loader.ts';
import { adoptDefaults } from './adopt-defaults.ts';
import { editOptions } from './edit-options.ts';
import { pathOfEntry } from './entry-id.ts';
import { grubRoot } from './facts.ts';
import { holdsLoader } from './holds-loader.ts';
import { installMenu } from './install-menu.ts';
import { checkStubs, describeGrub, leadsHere } from './machine.ts';
import { mapFacts } from './map-facts.ts';
import { parseMenu } from './parse-menu.ts';
import { placesOf } from './places.ts';
import { shownMenu } from './pointer.ts';
import { readRoot } from './read-root.ts';
import { planRefresh } from './refresh-plan.ts';
import { removeMenu } from './remove-menu.ts';
import { retargetFiles } from './retarget.ts';

/** GRUB 2. It reads be-hook's menu as a script: be-hook.cfg beside each grub.cfg. */
export const grub: Loader = {
  can: { once: true, fold: true, readsEntries: false },
  serves: (layout) =>
    ['boot-in-root', 'boot-subvolume', 'snapshot-booting'].includes(layout.kind) ||
    (layout.kind === 'separate-boot' && layout.fault === undefined),
  readRoot,
  readMenus: (root) => grubRoot(root).menuDirectories.map((directory) => parseMenu(shownMenu(directory) ?? '')?.menu),
  offers: (root, path) =>
    grubRoot(root).menuDirectories.some((directory) => {
      const text = shownMenu(directory) ?? '';
      return text.includes(`/${path}/boot/`) || bootsRoot(text, path);
    }),
  nameEntry: pathOfEntry,
  describe: describeGrub,
  placesOf,
  installMenu,
  adoptDefaults,
  refreshDistributionMenu: planRefresh,
  removeMenu,
  mapFacts,
  retarget: retargetFiles,
  editOptions,
  systemFiles: ['default/grub'],
  holds: holdsLoader,
  leadsHere,
  check: checkStubs,
};

/** Entries for a separate /boot name the root only in their command line. */
function bootsRoot(menu: string, path: string): boolean {
  return menu.split(/[\s'",]+/).some((word) => word.endsWith(`subvol=${path}`));
}
