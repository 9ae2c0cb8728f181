import { activate, activateOnce } from '../../app/activate.ts';
import { activateNoMore, create, rename, rollback, snapshot } from '../../app/commands.ts';
import { inspect } from '../../app/inspect.ts';
import { BeHookError } from '../../model/problem.ts';
import { parseTarget, type Target } from '../../model/snapshot-name.ts';
import type { Plan } from '../../model/step.ts';
import type { CommandResult } from '../command.ts';
import { now } from '../perform.ts';
import { readDescription, readName, readSnapshotName } from '../read.ts';
import { beadmStatus } from './beadm-status.ts';
import { misused, unsupported } from './beadm-usage.ts';
import { type Call, type DialectCommand, type Ending, perform, quietOptions } from './call.ts';
import { getopt, type Options } from './getopt.ts';

/** The end of a subcommand: a sentence on stdout after success, otherwise a sentence on stderr below the errors. */
export function ending(call: Call, done: string, failed: string, { values }: Options): Ending {
  const verbose = values.has('v');
  return { tool: 'beadm', status: (problem) => beadmStatus(problem, call.name), done: `${done}\n`, failed, verbose };
}

/** `beadm activate [-v] [-t | -T] beName` */
export const activateIt: DialectCommand = async (call) => {
  const read = getopt(call.argv, 'tTv');
  if ('letter' in read) return misused();
  const { values, operands } = read;
  const [once, clear] = [values.has('t'), values.has('T')];
  const [name] = operands;
  if (operands.length > 1 || (once && clear)) return misused();
  if (name === undefined && !clear) return misused();
  const options = quietOptions(call);
  const end = ending(
    call,
    clear ? 'Temporary activation removed' : 'Activated successfully',
    `Unable to activate ${name ?? ''}.`,
    read,
  );
  if (clear) return perform(() => activateNoMore(options, name), end);
  return perform(() => (once ? activateOnce : activate)(options, name ?? ''), end);
};

/** `beadm create [-a | -t] [-d desc] [-e beName[@snapshot]] beName` and `beadm create [-d desc] beName@snapshot` */
export const createIt: DialectCommand = async (call) => {
  const read = getopt(call.argv, 'ad:e:io:p:tv');
  if ('letter' in read) return misused();
  const { values, operands } = read;
  const [name] = operands;
  const [asDefault, once] = [values.has('a'), values.has('t')];
  if (name === undefined || operands.length > 1 || (asDefault && once)) return misused();
  if (values.has('o')) return unsupported('-o: subvolumes have no properties like those of datasets');
  if (values.has('p')) return unsupported('-p: a boot environment is copied within its file system');
  const target = parseTarget(name);
  const source = values.get('e')?.at(-1);
  if (target.snapshot === '' || parseTarget(source ?? '').snapshot === '') return misused();
  if (target.snapshot === undefined) {
    // beadm prints only this sentence, because activation is its last step.
    const done = asDefault || once ? 'Activated successfully' : 'Created successfully';
    return perform(() => clone(call, name, read), ending(call, done, `Unable to create ${name}.`, read));
  }
  if (source !== undefined) return misused();
  const end = ending(call, 'Created successfully', `Unable to create snapshot ${target.snapshot}.`, read);
  return perform(() => takeSnapshot(call, target, read), end);
};

async function clone(call: Call, name: string, { values }: Options): Promise<Plan> {
  const from = values.get('e')?.at(-1);
  return create(quietOptions(call), {
    source: from === undefined ? undefined : parseTarget(from),
    name: readName(name),
    description: readDescription(values.get('d')?.at(-1)),
    activation: values.has('a') ? 'default' : values.has('t') ? 'once' : 'none',
    now: now(),
  });
}

async function takeSnapshot(call: Call, { name, snapshot: text = '' }: Target, { values }: Options): Promise<Plan> {
  const description = readDescription(values.get('d')?.at(-1));
  return snapshot(quietOptions(call), { name, snapshot: readSnapshotName(text), description, now: now() });
}

/** `beadm rename beName newBeName`. beadm does not rename the running environment. */
export const renameIt: DialectCommand = async (call) => {
  const read = getopt(call.argv, 'v');
  const [from, to] = 'letter' in read ? [] : read.operands;
  if ('letter' in read || from === undefined || to === undefined || read.operands.length > 2) return misused();
  const end = ending(call, 'Renamed successfully', `Rename of BE ${from} failed.`, read);
  return perform(async () => {
    const { environments } = await inspect(call.where);
    if (environments.some(({ name, running }) => name === from && running)) {
      throw new BeHookError({ code: 'environment-in-use', name: from, how: 'running', detail: '', verb: 'rename' });
    }
    return rename(quietOptions(call), from, readName(to));
  }, end);
};

/** `beadm rollback beName snapshot` and `beadm rollback beName@snapshot` */
export const rollBack: DialectCommand = async (call): Promise<CommandResult> => {
  const read = getopt(call.argv, 'v');
  if ('letter' in read || read.operands.length < 1 || read.operands.length > 2) return misused();
  const [first = '', second] = read.operands;
  // The manual's own example repeats the environment in front of the snapshot.
  const target = second === undefined ? parseTarget(first) : { name: first, snapshot: second.replace(/^[^@]*@/, '') };
  if (target.snapshot === undefined || target.snapshot === '') return misused();
  const failed = `Rollback of BE ${target.name} snapshot ${target.snapshot} failed.`;
  const end = ending(call, 'Rolled back successfully', failed, read);
  return perform(() => rollback(quietOptions(call), target, now()), end);
};
