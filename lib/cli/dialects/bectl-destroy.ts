import { inspect } from '../../app/inspect.ts';
import type { BootEnvironment, SystemState } from '../../model/environment.ts';
import { parseTarget, type Target } from '../../model/snapshot-name.ts';
import { hasClonesStatus, bectlStatus as status } from './bectl-status.ts';
import { misused, misusedOption } from './bectl-usage.ts';
import { type Call, type DialectCommand, perform, quietOptions } from './call.ts';
import { destroyMounted } from './destroy.ts';
import { getopt } from './getopt.ts';

const bectl = { tool: 'bectl', status, done: '' } as const;

/**
 * `bectl destroy [-Fo] {beName | beName@snapshot}`: asks nothing. With -o it also destroys the snapshot that the
 * environment was made from. A snapshot that something was made from stays, as on ZFS, although btrfs could delete it.
 */
export const destroyIt: DialectCommand = async (call) => {
  const read = getopt(call.argv, 'Fo');
  if ('letter' in read) return misusedOption('destroy', read);
  const [name] = read.operands;
  if (name === undefined || read.operands.length > 1) return misused('bectl destroy: wrong number of arguments');
  const target = parseTarget(name);
  const force = read.values.has('F');
  const { environments } = await inspect(call.where);
  const clones = environments.filter(({ origin }) => origin === name);
  if (target.snapshot !== undefined && clones.length > 0) {
    const messages = [
      `bectl destroy: ${name} has clones: ${listNames(clones)}; destroy them first, or use be-hook destroy`,
    ];
    return { stdout: '', messages, exitCode: hasClonesStatus };
  }
  const result = await perform(() => destroyMounted(quietOptions(call), target, force), bectl);
  if (result.exitCode !== 0) return result;
  const left = await destroyOrigin(call, target, environments, read.values.has('o'));
  return { ...result, messages: [...result.messages, ...left] };
};

/** Destroys the snapshot that a destroyed object was made from, if -o is given and nothing else was made from it. */
async function destroyOrigin(
  call: Call,
  { name }: Target,
  environments: SystemState['environments'],
  asked: boolean,
): Promise<readonly string[]> {
  const origin = environments.find((environment) => environment.name === name)?.origin;
  const target = parseTarget(origin ?? '');
  if (origin === undefined || target.snapshot === undefined || target.name === name) return [];
  const others = environments.filter((environment) => environment.name !== name && environment.origin === origin);
  if (!asked) return [`bectl destroy: leaving origin '${origin}' intact`];
  if (others.length > 0) return [`bectl destroy: leaving origin '${origin}' intact, for ${listNames(others)}`];
  const { messages } = await perform(() => destroyMounted(quietOptions(call), target, false), bectl);
  return messages;
}

function listNames(environments: readonly BootEnvironment[]): string {
  return environments.map(({ name }) => name).join(', ');
}
