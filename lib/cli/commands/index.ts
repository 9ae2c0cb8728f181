import type { Command, CommandName } from '../command.ts';
import { adoptCommand } from './adopt.ts';
import { forgetCommand } from './forget.ts';
import { listCommand } from './list.ts';
import { menuCommand } from './menu.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';
import { uninstallCommand } from './uninstall.ts';

/** Everything `be-hook` can be asked, in the order in which the help shows it. */
export const commands: { readonly [K in CommandName]: Command & { readonly name: K } } = {
  sync: { ...syncCommand, name: 'sync' },
  list: { ...listCommand, name: 'list' },
  menu: { ...menuCommand, name: 'menu' },
  status: { ...statusCommand, name: 'status' },
  adopt: { ...adoptCommand, name: 'adopt' },
  forget: { ...forgetCommand, name: 'forget' },
  uninstall: { ...uninstallCommand, name: 'uninstall' },
};
