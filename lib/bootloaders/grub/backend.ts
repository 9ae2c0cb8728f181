import { pathOfEntry } from '../../formats/grub-entry-id.ts';
import type { Loader } from '../../plan/loader.ts';
import { installMenu } from './install-menu.ts';
import { parseMenu } from './parse-menu.ts';
import { planRefresh } from './refresh-plan.ts';
import { removeMenu } from './remove-menu.ts';

/** GRUB 2. It reads be-hook's menu as a script: be-hook.cfg beside each grub.cfg. */
export const grub: Loader = {
  readMenu: (menuDirectory) => (menuDirectory.menu.kind === 'text' ? parseMenu(menuDirectory.menu.text) : undefined),
  nameEntry: pathOfEntry,
  installMenu,
  removeMenu,
  refreshDistributionMenu: planRefresh,
};
