import type { Command, CommandName } from '../command.ts';
import { activateCommand } from './activate.ts';
import { adoptCommand } from './adopt.ts';
import { checkCommand } from './check.ts';
import { cmdlineCommand } from './cmdline.ts';
import { createCommand } from './create.ts';
import { describeCommand } from './describe.ts';
import { destroyCommand } from './destroy.ts';
import { execCommand } from './exec.ts';
import { forgetCommand } from './forget.ts';
import { historyCommand } from './history.ts';
import { holdCommand } from './hold.ts';
import { listCommand } from './list.ts';
import { menuCommand } from './menu.ts';
import { mountCommand } from './mount.ts';
import { pruneCommand } from './prune.ts';
import { releaseCommand } from './release.ts';
import { renameCommand } from './rename.ts';
import { rollbackCommand } from './rollback.ts';
import { snapshotCommand } from './snapshot.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';
import { umountCommand } from './umount.ts';
import { uninstallCommand } from './uninstall.ts';
import { volumeCommand } from './volume.ts';

/** Everything `be-hook` can be asked, in the order in which the help shows it. */
export const commands: { readonly [K in CommandName]: Command & { readonly name: K } } = {
  list: { ...listCommand, name: 'list' },
  create: { ...createCommand, name: 'create' },
  snapshot: { ...snapshotCommand, name: 'snapshot' },
  activate: { ...activateCommand, name: 'activate' },
  destroy: { ...destroyCommand, name: 'destroy' },
  prune: { ...pruneCommand, name: 'prune' },
  rename: { ...renameCommand, name: 'rename' },
  describe: { ...describeCommand, name: 'describe' },
  hold: { ...holdCommand, name: 'hold' },
  release: { ...releaseCommand, name: 'release' },
  rollback: { ...rollbackCommand, name: 'rollback' },
  mount: { ...mountCommand, name: 'mount' },
  umount: { ...umountCommand, name: 'umount' },
  exec: { ...execCommand, name: 'exec' },
  cmdline: { ...cmdlineCommand, name: 'cmdline' },
  volume: { ...volumeCommand, name: 'volume' },
  history: { ...historyCommand, name: 'history' },
  check: { ...checkCommand, name: 'check' },
  sync: { ...syncCommand, name: 'sync' },
  menu: { ...menuCommand, name: 'menu' },
  status: { ...statusCommand, name: 'status' },
  adopt: { ...adoptCommand, name: 'adopt' },
  forget: { ...forgetCommand, name: 'forget' },
  uninstall: { ...uninstallCommand, name: 'uninstall' },
};
