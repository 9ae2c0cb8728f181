import { setVolumePolicy } from '../../app/commands.ts';
import { inspect } from '../../app/inspect.ts';
import { BeHookError, isProblem } from '../../model/problem.ts';
import { visible } from '../../model/visible.ts';
import type { Volume, VolumePolicy } from '../../model/volume.ts';
import { findEnvironment } from '../../plan/find-environment.ts';
import { volumesByEnvironment } from '../../plan/volume.ts';
import {
  type Command,
  type CommandResult,
  dryRunOption,
  filesystemOptions,
  type Invocation,
  jsonOption,
  type Run,
} from '../command.ts';
import { printJson } from '../output/json.ts';
import type { VolumeData, VolumesData } from '../output/schema/volume.ts';
import { printTable } from '../output/table.ts';
import { actOptions, answerPlan } from '../perform.ts';
import { whereOf } from '../where.ts';

/** `be-hook volume` */
export const volumeCommand: Command = {
  name: 'volume',
  group: 'setup',
  summary: 'list volumes, or set the policy of one',
  examples: [
    { line: 'be-hook volume list', does: 'list the volumes and their policies' },
    { line: 'be-hook volume set /var/lib/pgsql cloned', does: 'give each copy its own database' },
  ],
  arguments: [{ name: 'list|set' }, { name: 'NAME|DIR', optional: true }, { name: 'shared|cloned', optional: true }],
  options: [
    { name: 'at', value: 'create|boot', summary: 'copy the volume at this time (default: create)' },
    ...filesystemOptions,
    dryRunOption,
    jsonOption,
  ],
};

/** Carries out `be-hook volume`. */
export const runVolume: Run = (invocation) => {
  const [action = ''] = invocation.arguments;
  if (action === 'list') return list(invocation);
  if (action === 'set') return set(invocation);
  throw usage(`cannot run “${action}”; use: volume list, or volume set`);
};

async function list({ arguments: args, options, flags }: Invocation): Promise<CommandResult> {
  const [, name, more] = args;
  if (more !== undefined) throw usage(`cannot use the argument “${more}”: volume list takes one name at most`);
  if (options.has('at')) throw usage('cannot use --at here: it is an option of volume set');
  const state = await inspect(whereOf(options));
  if (name !== undefined) {
    const found = findEnvironment(state, name);
    if (isProblem(found)) throw new BeHookError(found);
  }
  const byEnvironment = volumesByEnvironment(state, name);
  if (flags.has('json')) {
    const environments = byEnvironment.map(({ environment, volumes }) => ({
      name: environment.name,
      volumes: volumes.map(volumeData),
    }));
    const data: VolumesData = { version: 1, environments };
    return { stdout: printJson(data), messages: [], exitCode: 0 };
  }
  const rows = byEnvironment.flatMap(({ environment, volumes }) =>
    volumes.map((volume) => {
      const { policy, at, mountpoint, subvolume } = volumeData(volume);
      return [environment.name, visible(mountpoint), policy ?? '-', at ?? '-', visible(`/${subvolume.path}`)];
    }),
  );
  const head = ['NAME', 'MOUNTPOINT', 'POLICY', 'AT', 'SUBVOLUME'];
  return { stdout: rows.length === 0 ? '' : printTable([head, ...rows]), messages: [], exitCode: 0 };
}

async function set(invocation: Invocation): Promise<CommandResult> {
  const [, place, policy] = invocation.arguments;
  if (place === undefined)
    throw usage('cannot set a policy: the directory of the volume is missing; use: volume set DIR shared|cloned');
  const at = invocation.options.get('at');
  const plan = await setVolumePolicy(actOptions(invocation), place, readPolicy(policy, at));
  return answerPlan(plan, invocation);
}

function readPolicy(policy: string | undefined, at: string | undefined): VolumePolicy {
  if (policy === 'shared' && at === undefined) return 'shared';
  if (policy === 'shared') throw usage('cannot use --at with the policy shared: be-hook never copies a shared volume');
  if (policy !== 'cloned')
    throw usage('cannot set the policy: it is neither shared nor cloned; use: volume set DIR shared|cloned');
  if (at === undefined || at === 'create') return 'cloned';
  if (at === 'boot') return 'cloned-at-boot';
  throw usage('cannot use this value of --at; use create or boot');
}

/** A volume in JSON. `policy` is null where its attribute is not set. */
export function volumeData({ mountpoint, subvolume, marked, nested, readOnly }: Volume): VolumeData {
  const { id, uuid, path } = subvolume;
  const policy = marked === undefined ? null : marked === 'shared' ? 'shared' : 'cloned';
  const at = policy === 'cloned' ? (marked === 'cloned' ? 'create' : 'boot') : null;
  return { mountpoint, policy, at, nested, readOnly, subvolume: { id, uuid, path } };
}

function usage(text: string): BeHookError {
  return new BeHookError({ code: 'usage', text: `volume: ${text}` });
}
