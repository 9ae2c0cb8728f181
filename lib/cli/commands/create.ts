import { create, snapshot } from '../../app/commands.ts';
import { createRestorePoint } from '../../app/restore-point.ts';
import { BeHookError } from '../../model/problem.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import type { CreateIntent } from '../../plan/create.ts';
import {
  type Command,
  type CommandResult,
  dryRunOption,
  filesystemOptions,
  type Invocation,
  jsonOption,
  progressOption,
  type Run,
} from '../command.ts';
import { actOptions, answerPlan, now } from '../perform.ts';
import { readDescription, readName, readSnapshotName } from '../read.ts';

/** `be-hook create` */
export const createCommand: Command = {
  name: 'create',
  group: 'daily',
  summary: 'copy a boot environment, or make a snapshot',
  examples: [
    { line: 'be-hook create before-update', does: 'copy the running system before a change' },
    { line: 'be-hook create --activate --from before-update test', does: 'copy another environment and boot the copy' },
  ],
  arguments: [{ name: 'NAME', optional: true }],
  options: [
    { name: 'automatic', summary: 'create a restore point, which be-hook may delete' },
    { name: 'activate', short: 'a', summary: 'boot it by default' },
    { name: 'once', short: 't', summary: 'boot it once, at the next start' },
    { name: 'description', short: 'd', value: 'TEXT', summary: 'set the description that the boot menu shows' },
    { name: 'from', short: 'e', value: 'NAME[@SNAPSHOT]', summary: 'copy this environment or snapshot' },
    ...filesystemOptions,
    dryRunOption,
    progressOption,
    jsonOption,
  ],
};

/** Carries out `be-hook create`. */
export const runCreate: Run = async (invocation) => {
  const { options, flags } = invocation;
  if (flags.has('automatic')) return createAutomatic(invocation);
  const target = parseTarget(invocation.arguments[0] ?? '');
  const description = readDescription(options.get('description'));
  const from = options.get('from');
  if (flags.has('once') && flags.has('activate')) throw usage('cannot use -a together with -t');
  if (target.snapshot !== undefined) {
    if (flags.has('once') || flags.has('activate'))
      throw usage('cannot activate a snapshot: use -a and -t with a boot environment only');
    if (from !== undefined) throw usage('cannot use --from with a snapshot: the name before @ is its source');
    const name = target.name === '' ? undefined : target.name;
    const intent = { name, snapshot: readSnapshotName(target.snapshot), description, now: now() };
    return answerPlan(await snapshot(actOptions(invocation), intent), invocation);
  }
  const intent: CreateIntent = {
    source: from === undefined ? undefined : parseTarget(from),
    name: target.name === '' ? undefined : readName(target.name),
    description,
    activation: flags.has('once') ? 'once' : flags.has('activate') ? 'default' : 'none',
    now: now(),
  };
  return answerPlan(await create(actOptions(invocation), intent), invocation);
};

async function createAutomatic(invocation: Invocation): Promise<CommandResult> {
  const { arguments: args, options, flags } = invocation;
  if (flags.has('once') || flags.has('activate') || options.has('from'))
    throw usage('cannot use --automatic together with -a, -t or --from');
  const [name] = args;
  const intent = {
    transaction: undefined,
    name: name === undefined ? undefined : readName(name),
    description: readDescription(options.get('description')),
    now: now(),
  };
  return answerPlan(await createRestorePoint(actOptions(invocation), intent), invocation);
}

function usage(text: string): BeHookError {
  return new BeHookError({ code: 'usage', text: `create: ${text}` });
}
