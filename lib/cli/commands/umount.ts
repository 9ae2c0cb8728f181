import { umount } from '../../app/umount.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook umount` */
export const umountCommand: Command = {
  name: 'umount',
  group: 'daily',
  summary: 'unmount a boot environment or a snapshot',
  examples: [
    { line: 'be-hook umount stable', does: 'unmount an environment' },
    { line: 'be-hook umount --force /mnt', does: 'detach a mount that is in use' },
  ],
  arguments: [{ name: 'NAME[@SNAPSHOT]|DIR' }],
  options: [
    { name: 'force', short: 'f', summary: 'detach it even if it is in use' },
    ...filesystemOptions,
    dryRunOption,
    jsonOption,
  ],
};

/** Carries out `be-hook umount`. */
export const runUmount: Run = async (invocation) => {
  const [what = ''] = invocation.arguments;
  // No name of an environment has a slash in it.
  const intent = {
    what: what.includes('/') ? { directory: what } : parseTarget(what),
    lazy: invocation.flags.has('force'),
  };
  return answerPlan(await umount(actOptions(invocation), intent), invocation);
};
