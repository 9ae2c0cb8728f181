import { activate, activateOnce } from '../../app/activate.ts';
import { activateNoMore, create, rename, snapshot } from '../../app/commands.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import type { Plan } from '../../model/step.ts';
import { now } from '../perform.ts';
import { readName, readSnapshotName } from '../read.ts';
import { bectlStatus as status } from './bectl-status.ts';
import { misused, misusedOption } from './bectl-usage.ts';
import { type Call, type DialectCommand, perform, quietOptions } from './call.ts';
import { getopt } from './getopt.ts';

const bectl = { tool: 'bectl', status, done: '' } as const;

/** `bectl activate [-t | -T] [beName]`: prints the result on stdout, success or failure. */
export const activateIt: DialectCommand = async (call) => {
  const read = getopt(call.argv, 'tT');
  if ('letter' in read) return misusedOption('activate', read);
  const { values, operands } = read;
  const [once, clear] = [values.has('t'), values.has('T')];
  const [name] = operands;
  if (once && clear) return misused();
  if (operands.length > 1 || (name === undefined && !clear))
    return misused('bectl activate: wrong number of arguments');
  const options = quietOptions(call);
  if (clear) {
    const ending = {
      ...bectl,
      done: 'Temporary activation removed\n',
      data: 'Failed to remove temporary activation\n',
    };
    return perform(() => activateNoMore(options, name), ending);
  }
  const which = `boot environment ${name ?? ''}${once ? ' for next boot' : ''}\n`;
  return perform(() => (once ? activateOnce : activate)(options, name ?? ''), {
    ...bectl,
    done: `Successfully activated ${which}`,
    data: `Did not successfully activate ${which}`,
  });
};

/** `bectl create [-r] [-e beName[@snapshot]] beName` and `bectl create [-r] beName@snapshot` */
export const createIt: DialectCommand = async (call) => {
  // The policy of each volume says whether be-hook copies it (be-hook volume). Therefore -r adds nothing.
  const read = getopt(call.argv, 'e:r');
  if ('letter' in read) return misusedOption('create', read);
  const { values, operands } = read;
  const [name] = operands;
  if (name === undefined || operands.length > 1) return misused('bectl create: wrong number of arguments');
  const target = parseTarget(name);
  const from = values.get('e')?.at(-1);
  if (target.snapshot !== undefined) {
    const text = target.snapshot;
    const failed = `Failed to create a snapshot '${text}' of '${target.name}'`;
    return perform(() => takeSnapshot(call, target.name, text), { ...bectl, failed });
  }
  const failed = `Failed to create bootenv ${name}${from === undefined ? '' : ` from snapshot ${from}`}`;
  return perform(() => clone(call, name, from), { ...bectl, failed });
};

async function takeSnapshot(call: Call, name: string, text: string): Promise<Plan> {
  const intent = { name, snapshot: readSnapshotName(text), description: undefined, now: now() };
  return snapshot(quietOptions(call), intent);
}

async function clone(call: Call, name: string, from: string | undefined): Promise<Plan> {
  const source = from === undefined ? undefined : parseTarget(from);
  const intent = { source, name: readName(name), description: undefined, activation: 'none' as const, now: now() };
  return create(quietOptions(call), intent);
}

/** `bectl rename origBeName newBeName` */
export const renameIt: DialectCommand = async (call) => {
  const [from, to, more] = call.argv;
  if (from === undefined || to === undefined) return misused('bectl rename: missing argument');
  if (more !== undefined) return misused('bectl rename: too many arguments');
  const failed = `Failed to rename bootenv ${from} to ${to}`;
  return perform(async () => rename(quietOptions(call), from, readName(to)), { ...bectl, failed });
};
