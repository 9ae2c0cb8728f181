import { isDistant } from '../formats/front-mount.ts';
import { parseLoops } from '../formats/loops.ts';
import { type Mount, mountedSubvolume } from '../formats/mountinfo.ts';
import { overlayLayers } from '../formats/overlay.ts';
import type { Subvolume, Use } from '../model/observation.ts';
import { type Devices, subvolumesByDevice } from './devices.ts';
import { errorCode, followedDevice, listNames, readLink, stat } from './files.ts';
import { type MountTable, mountTable } from './mount-table.ts';
import { listProcesses, type MountNamespace, observeNamespaces, tasksOf } from './namespaces.ts';
import { readProc, unlessEnded } from './proc.ts';
import { run } from './run.ts';
import type { Session } from './session.ts';
import { observeSwapFiles } from './swap.ts';

/**
 * All uses of subvolumes on the whole machine: mounts in every mount namespace; root and working directories, programs,
 * open files and mapped files of processes; and files that the kernel itself uses. The kernel lets a user delete a
 * subvolume despite all of these, except swap files. Throws `tool-failed` where be-hook cannot read all uses.
 */
export async function observeUses(session: Session, subvolumes: readonly Subvolume[]): Promise<readonly Use[]> {
  const ids = subvolumesByDevice(session.top, subvolumes);
  const views = new Map<string, readonly Mount[]>();
  const mounts = await observeNamespaces((namespace) => {
    views.set(namespace.name, namespace.mounts);
    return mountsIn(namespace, session.device, ids);
  });
  const table = mountTable(session.device, views);
  const own = new Set([process.pid, session.pid]);
  const pids = listProcesses().filter((pid) => !own.has(pid));
  const processes = pids.flatMap((pid) => placesOf(pid, ids, session.device, table));
  const swaps = observeSwapFiles(session.top, subvolumes).map(({ subvolume, path }): Use => {
    return { kind: 'kernel', subvolume, what: `the swap file ${path}` };
  });
  return [...mounts, ...processes, ...(await observeLoops(ids)), ...swaps];
}

function mountsIn(
  { task, mounts }: Pick<MountNamespace, 'task' | 'mounts'>,
  device: string,
  ids: Devices,
): readonly Use[] {
  const pid = Number(/^\/proc\/([0-9]+)/.exec(task)?.[1]);
  return mounts.flatMap((mount): readonly Use[] => {
    const { mountpoint } = mount;
    const subvolume = mount.device === device ? mountedSubvolume(mount) : undefined;
    const layers = layersOf(mount, { task, mounts }, ids);
    return [
      ...(subvolume === undefined ? [] : [{ kind: 'mount' as const, subvolume, mountpoint, pid }]),
      ...layers.map((layer) => ({ kind: 'mount' as const, subvolume: layer, mountpoint, pid })),
    ];
  });
}

/** An overlay uses its layers without mounts of them. be-hook finds them by the paths in the overlay's options. */
function layersOf(
  mount: Mount,
  { task, mounts }: Pick<MountNamespace, 'task' | 'mounts'>,
  ids: Devices,
): readonly number[] {
  const near = overlayLayers(mount).filter((path) => !isDistant(mounts, path));
  const devices = near.map((path) => layerDevice(`${task}/root${path}`));
  return [...new Set(devices.flatMap((device) => ids.get(device ?? -1) ?? []))];
}

function placesOf(pid: number, ids: Devices, device: string, table: MountTable): readonly Use[] {
  const tasks = tasksOf(pid);
  const those = (task: string, places: readonly string[]): readonly string[] =>
    places.filter((place) => table.mayLead(task, place)).map((place) => `${task}/${place}`);
  const filesOf = (task: string): readonly string[] =>
    (unlessEnded(task, () => listNames(`${task}/fd`)) ?? []).map((fd) => `fd/${fd}`);
  // Threads share their files, but the first one may have ended before the others.
  const owner = tasks.find((task) => filesOf(task).length > 0);
  const open = owner === undefined ? [] : those(owner, filesOf(owner));
  const places = [...tasks.flatMap((task) => those(task, ['root', 'cwd'])), ...open, ...those(`/proc/${pid}`, ['exe'])];
  const used = new Set(
    [...places.map(linkedDevice), ...mappedDevices(pid, ids, device)].flatMap((found) => ids.get(found ?? -1) ?? []),
  );
  const name = used.size === 0 ? '' : (unlessEnded(`/proc/${pid}`, () => readProc(`/proc/${pid}/comm`))?.trim() ?? '');
  return [...used].map((subvolume) => ({ kind: 'process', subvolume, pid, name }));
}

/**
 * The device behind one of a task's links, such as `/proc/7/fd/3`. Where be-hook can read the link but cannot follow it,
 * the error comes from the file system behind it, such as a FUSE file system of a user. So that file system is not a btrfs.
 */
function linkedDevice(place: string): number | undefined {
  const [task = ''] = /^\/proc\/[0-9]+(\/task\/[0-9]+)?/.exec(place) ?? [];
  try {
    return followedDevice(place);
  } catch {
    unlessEnded(task, () => readLink(place));
    return undefined;
  }
}

/** The device of an overlay's layer. Users choose its path, so a broken path must not stop be-hook. */
function layerDevice(path: string): number | undefined {
  try {
    return followedDevice(path);
  } catch (error) {
    if (errorCode(error) === '') throw error;
    return undefined;
  }
}

/**
 * The devices of mapped files, which the process may have closed. /proc/PID/maps names their file system; only stat(2)
 * shows the subvolume. A process maps each file in several parts. One part is enough.
 */
function mappedDevices(pid: number, ids: Devices, device: string): readonly (number | undefined)[] {
  const [major, minor] = device.split(':').map((part) => Number(part).toString(16).padStart(2, '0'));
  const text = unlessEnded(`/proc/${pid}`, () => readProc(`/proc/${pid}/maps`)) ?? '';
  if (ids.size === 0 || !text.includes(` ${major}:${minor} `)) return [];
  const ranges = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [range = '', , , number, inode, ...path] = line.split(' ');
    if (number === `${major}:${minor}`) ranges.set(`${inode} ${path.join(' ')}`, range);
  }
  return [...ranges.values()].map((range) => {
    const place = `/proc/${pid}/map_files/${range.replace(/(?<=^|-)0+(?=.)/g, '')}`;
    return unlessEnded(`/proc/${pid}`, () => followedDevice(place));
  });
}

/** Finds the file behind a loop device by its device number, because its path may belong to another namespace. */
async function observeLoops(ids: Devices): Promise<readonly Use[]> {
  const busy = listNames('/sys/block').some((name) => stat(`/sys/block/${name}/loop/backing_file`) !== undefined);
  if (!busy) return [];
  const { stdout } = await run('losetup', ['--list', '--json', '--output', 'NAME,BACK-MAJ:MIN,BACK-FILE']);
  return parseLoops(stdout).flatMap(({ name, device, file }): readonly Use[] => {
    const subvolume = ids.get(device);
    return subvolume === undefined ? [] : [{ kind: 'kernel', subvolume, what: `${name} (${file})` }];
  });
}
