import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActOptions } from '../../../lib/app/act.ts';
import { activate } from '../../../lib/app/activate.ts';
import {
  adopt,
  changeCommandLine,
  create,
  describe,
  destroy,
  forget,
  hold,
  rename,
  rollback,
  setVolumePolicy,
  snapshot,
} from '../../../lib/app/commands.ts';
import { inspect } from '../../../lib/app/inspect.ts';
import { sync } from '../../../lib/app/sync.ts';
import type { BeName } from '../../../lib/model/be-name.ts';
import type { SystemState } from '../../../lib/model/environment.ts';
import { BeHookError, type ProblemCode } from '../../../lib/model/problem.ts';
import type { SnapshotName } from '../../../lib/model/snapshot-name.ts';
import type { LoopBtrfs } from '../loop-btrfs.ts';
import { type Command, lookUp, type Table, type Verb } from './command.ts';
import { contents, kernelFiles, placeOf, put } from './disk-files.ts';
import { ownWords } from './memory.ts';
import { printVolume, type Seen } from './seen.ts';

/** The actions on a disk. The system does not run, so a reboot is impossible. */
export type DiskVerb = Exclude<Verb, 'reboot'>;

/** Runs a command in this process, and returns the reason of a refusal. `now` is in seconds since 1970. */
export async function runOnDisk(
  fs: LoopBtrfs,
  command: Command<DiskVerb>,
  now: number,
): Promise<ProblemCode | undefined> {
  const options = { where: { filesystem: fs.top }, dryRun: false, lockSeconds: 60, report: (): void => undefined };
  return await refusalIn(lookUp(doers, command, options, fs, now));
}

async function refusalIn(deed: Promise<unknown>): Promise<ProblemCode | undefined> {
  try {
    await deed;
    return undefined;
  } catch (error) {
    if (error instanceof BeHookError) return error.problem.code;
    throw error;
  }
}

const doers: Table<DiskVerb, [ActOptions, LoopBtrfs, number], Promise<unknown>> = {
  create: ({ name, from, activate: isDefault }, options, _fs, now) => {
    const [of = '', kept] = from?.split('@') ?? [];
    const source = from === undefined ? undefined : { name: of, snapshot: kept };
    const activation = isDefault ? 'default' : 'none';
    return create(options, { source, name: name as BeName | undefined, description: undefined, activation, now });
  },
  snapshot: ({ name, snapshot: kept }, options, _fs, now) =>
    snapshot(options, { name, snapshot: kept as SnapshotName, description: undefined, now }),
  rollback: (command, options, _fs, now) => rollback(options, command, now),
  destroy: (command, options) => destroy(options, command),
  adopt: ({ path, name }, options, _fs, now) => adopt(options, { path, name: name as BeName | undefined, now }),
  volume: async ({ name, place, policy }, options, fs) => {
    return await setVolumePolicy(options, `/${await volumePath(fs, name, place)}`, policy);
  },
  activate: ({ name }, options) => activate(options, name),
  hold: ({ name }, options) => hold(options, name, true),
  release: ({ name }, options) => hold(options, name, false),
  forget: ({ name }, options) => forget(options, name),
  rename: ({ name, to }, options) => rename(options, name, to as BeName),
  describe: ({ name, text }, options) => describe(options, name, text),
  cmdline: (command, options) => changeCommandLine(options, command),
  sync: (_command, options) =>
    sync({ ...options, observe: { uses: 'unfinished-work' } }, { refreshDistributionMenu: true }),
  write: async ({ name, text }, options, fs) => {
    await put(join(await rootPath(fs, name), 'etc/os-release'), contents(text));
    await hook(options);
  },
  fill: async ({ name, place, text }, _options, fs) => {
    await put(join(fs.top, await volumePath(fs, name, place), 'data'), text);
  },
  install: async ({ name, release }, options, fs) => {
    const place = await placesOf(fs, name);
    for (const [path, text] of kernelFiles('x', release)) await put(place(path), text);
    await hook(options);
  },
  remove: async ({ name, release }, options, fs) => {
    const place = await placesOf(fs, name);
    for (const [path] of kernelFiles('x', release)) await rm(place(path), { force: true });
    await hook(options);
  },
};

/** The sync of a package hook. If no environment can boot, the menu does not change. */
async function hook(options: ActOptions): Promise<void> {
  await refusalIn(sync(options, { refreshDistributionMenu: true }));
}

async function rootPath(fs: LoopBtrfs, name: string): Promise<string> {
  const { environments } = await inspect({ filesystem: fs.top });
  return join(fs.top, environments.find((environment) => environment.name === name)?.subvolume.path ?? '');
}

/** The function that finds the files of an environment, with its /boot wherever that is. */
async function placesOf(fs: LoopBtrfs, name: string): Promise<(file: string) => string> {
  const found = (await inspect({ filesystem: fs.top })).environments.find((environment) => environment.name === name);
  const root = found?.subvolume.path ?? '';
  const boot = found?.volumes.find(({ mountpoint }) => mountpoint === '/boot')?.subvolume.path;
  return (file) => join(fs.top, placeOf(file, root, boot ?? `${root}/boot`));
}

async function volumePath(fs: LoopBtrfs, name: string, place: string): Promise<string> {
  const { environments } = await inspect({ filesystem: fs.top });
  const found = environments
    .find((environment) => environment.name === name)
    ?.volumes.find(({ mountpoint }) => mountpoint === place);
  if (found === undefined) throw new Error(`“${name}” has no ${place}`);
  return found.subvolume.path;
}

/** The content of the disk: the state that be-hook interprets, and the text of the files. */
export async function seenOnDisk(fs: LoopBtrfs, state: SystemState): Promise<readonly Seen[]> {
  const read = (path: string, name: string): Promise<string> => readFile(join(fs.top, path, name), 'utf8');
  const label = async (path: string): Promise<string> =>
    /PRETTY_NAME="(.*)"/.exec(await read(path, 'etc/os-release'))?.[1] ?? '';
  return await Promise.all(
    state.environments.map(async (environment) => {
      const places = environment.volumes.filter(({ mountpoint }) => !/^\/mnt\/(top|other)/.test(mountpoint));
      const volumes = await Promise.all(
        places.map(async ({ mountpoint, subvolume, marked }) => {
          return [mountpoint, printVolume(await read(subvolume.path, 'data'), marked)] as const;
        }),
      );
      const snapshots = await Promise.all(
        environment.snapshots.map(async ({ name, subvolume }) => [name, await label(subvolume.path)] as const),
      );
      return {
        name: environment.name,
        active: environment.active,
        running: environment.running,
        held: environment.held,
        adopted: environment.marked,
        description: environment.description,
        contents: await label(environment.subvolume.path),
        kernels: environment.kernels.map(({ release }) => release).sort(),
        words: environment.kernels[0] === undefined ? undefined : ownWords(environment.kernels[0].options),
        volumes: Object.fromEntries(volumes.sort(byFirst)),
        snapshots: Object.fromEntries(snapshots.sort(byFirst)),
      };
    }),
  );
}

function byFirst(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : 1;
}
