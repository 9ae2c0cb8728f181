import { mount } from '../../app/mount.ts';
import { umount } from '../../app/umount.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { runExec } from '../commands/exec.ts';
import { notMountedStatus, bectlStatus as status } from './bectl-status.ts';
import { misused, misusedOption, refused } from './bectl-usage.ts';
import { type DialectCommand, mountpointIn, perform, quietOptions } from './call.ts';
import { getopt } from './getopt.ts';

const bectl = { tool: 'bectl', status, done: '' } as const;

/** `bectl mount beName [mountpoint]`: prints only the mount point. */
export const mountIt: DialectCommand = async (call) => {
  const [name, directory, more] = call.argv;
  if (name === undefined) return misused('bectl mount: missing argument(s)');
  if (more !== undefined) return misused('bectl mount: too many arguments');
  const at = directory === undefined ? 'temporary path' : directory;
  let place = '';
  const result = await perform(
    async () => {
      const intent = { target: parseTarget(name), directory, readOnly: false, parents: true };
      const plan = await mount(quietOptions(call), intent);
      place = mountpointIn(plan);
      return plan;
    },
    { ...bectl, failed: `Failed to mount bootenv ${name} at ${at}` },
  );
  return { ...result, stdout: place === '' ? '' : `${place}\n` };
};

/** `bectl {umount | unmount} [-f] beName` */
export const umountIt: DialectCommand = async (call) => {
  const read = getopt(call.argv, 'f');
  if ('letter' in read) return misusedOption(call.name, read);
  const [name] = read.operands;
  if (name === undefined || read.operands.length > 1) return misused(`bectl ${call.name}: wrong number of arguments`);
  const intent = { what: parseTarget(name), lazy: read.values.has('f') };
  const failed = `Failed to unmount bootenv ${name}`;
  const result = await perform(() => umount(quietOptions(call), intent), { ...bectl, failed });
  // libbe does nothing in this case (be_access.c, be_umount_iter), and prints nothing.
  return result.exitCode === notMountedStatus ? { stdout: '', messages: [], exitCode: 0 } : result;
};

/** `bectl jail beName [utility [argument ...]]`: runs a command with the environment as its root, without a jail. */
export const jailIt: DialectCommand = async ({ where, argv, commandLine }) => {
  const read = getopt(argv, 'bUo:u:', { first: true });
  if ('letter' in read) return misusedOption('jail', read);
  const [unfit] = read.values.keys();
  if (unfit !== undefined) return refused('jail', `there are no jails, so -${unfit} has no meaning here`);
  if (read.operands.length === 0) return misused('bectl jail: missing boot environment name');
  const options = new Map(where === undefined ? [] : [['filesystem', where.filesystem]]);
  return runExec({ arguments: read.operands, options, flags: new Set(), argv: commandLine });
};
