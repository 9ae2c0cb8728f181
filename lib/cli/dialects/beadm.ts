import { mount } from '../../app/mount.ts';
import { umount } from '../../app/umount.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import type { CommandResult } from '../command.ts';
import { activateIt, createIt, ending, renameIt, rollBack } from './beadm-change.ts';
import { destroyIt } from './beadm-destroy.ts';
import { listThem } from './beadm-list.ts';
import { beadmStatus, usageStatus } from './beadm-status.ts';
import { misused, unsupported } from './beadm-usage.ts';
import { type DialectCommand, mountpointIn, perform, problemOf, quietOptions, sentence } from './call.ts';
import { hasEmpty, namedWhere, takeFilesystem } from './filesystem.ts';
import { getopt, readGlobal } from './getopt.ts';

/**
 * be-hook as illumos' beadm(8): its subcommands, options, output and exit statuses. be-hook adds `--filesystem
 * DIR|DEVICE` before the subcommand, for a file system that is not running. Without a subcommand it lists.
 */
export async function beadm(argv: readonly string[]): Promise<CommandResult> {
  const read = readGlobal(argv, '');
  if ('letter' in read) return misused(`beadm: unknown option '-${read.letter}', or its value is missing`);
  const [name = 'list', ...rest] = read.rest;
  const command = commands.get(name);
  if (command === undefined) return misused(`Invalid command: ${name}`);
  const located = takeFilesystem(rest, read.where, {
    valued: name === 'mount' ? 's' : name === 'list' ? 'kK' : 'deiop',
    first: false,
  });
  if (typeof located === 'string') return misused(`beadm ${name}: ${located}`);
  if (hasEmpty(located.argv)) return misused(`beadm ${name}: an argument is empty`);
  try {
    return await command({ where: namedWhere(located), argv: located.argv, name, commandLine: ['beadm', ...argv] });
  } catch (error) {
    const problem = problemOf(error);
    return { stdout: '', messages: [`beadm: ${sentence(problem)}`], exitCode: beadmStatus(problem, name) };
  }
}

/** `beadm mount [-v] beName [mountpoint]` */
const mountIt: DialectCommand = async (call) => {
  const read = getopt(call.argv, 's:v');
  if ('letter' in read || read.operands.length < 1 || read.operands.length > 2) return misused();
  if (read.values.has('s'))
    return unsupported('-s: volumes that are shared are not mounted; see: be-hook exec --shared');
  const [name = '', directory] = read.operands;
  if (directory?.startsWith('/') === false) {
    const messages = [`Invalid mount point ${directory}. Mount point must start with a /.`];
    return { stdout: '', messages, exitCode: usageStatus };
  }
  let place = '';
  const result = await perform(
    async () => {
      const plan = await mount(quietOptions(call), { target: parseTarget(name), directory, readOnly: false });
      place = mountpointIn(plan);
      return plan;
    },
    ending(call, '', `Unable to mount ${name}.`, read),
  );
  return result.exitCode === 0 ? { ...result, stdout: `Mounted successfully on: '${place}'\n` } : result;
};

/** `beadm {umount | unmount} [-fv] beName | mountpoint` */
const umountIt: DialectCommand = async (call) => {
  const read = getopt(call.argv, 'fv');
  if ('letter' in read || read.operands.length !== 1) return misused();
  const [what = ''] = read.operands;
  const intent = {
    what: what.startsWith('/') ? { directory: what } : parseTarget(what),
    lazy: read.values.has('f'),
  };
  const end = ending(call, 'Unmounted successfully', `Unable to unmount ${what}.`, read);
  return perform(() => umount(quietOptions(call), intent), end);
};

const commands: ReadonlyMap<string, DialectCommand> = new Map([
  ['activate', activateIt],
  ['create', createIt],
  ['destroy', destroyIt],
  ['list', listThem],
  ['mount', mountIt],
  ['rename', renameIt],
  ['rollback', rollBack],
  ['umount', umountIt],
  ['unmount', umountIt],
]);
