import { dirname } from 'node:path';
import { frontMount, isDistant } from '../formats/front-mount.ts';
import { type Mount, parseMountinfo } from '../formats/mountinfo.ts';
import { accept } from '../model/accept.ts';
import { BeHookError } from '../model/problem.ts';
import { type Companion, startCompanion } from './companion.ts';
import { companionVariable } from './companion-command.ts';
import { listNames, readLink } from './files.ts';
import { readProc, unlessEnded } from './proc.ts';

/** A mount namespace, and a task that is in it. */
export interface MountNamespace {
  /** As the kernel prints it: `mnt:[4026531841]`. */
  readonly name: string;
  /** A directory of /proc, from which the namespace's own paths can be reached by `root/`. */
  readonly task: string;
  readonly mounts: readonly Mount[];
}

/** The directories in /proc of a process's threads, the first thread first. */
export function tasksOf(pid: number): readonly string[] {
  const threads = unlessEnded(`/proc/${pid}`, () => listNames(`/proc/${pid}/task`)) ?? [];
  // The other threads may have a working directory and a namespace of their own, and may outlive the first thread.
  return [`/proc/${pid}`, ...threads.filter((id) => id !== String(pid)).map((id) => `/proc/${pid}/task/${id}`)];
}

/** The numbers of all processes in /proc. */
export function listProcesses(): readonly number[] {
  return listNames('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number);
}

/** How often be-hook reads all namespaces before it reports that it cannot read one. */
const LOOKS = 5;

/**
 * Calls `look` for every mount namespace of the machine: those with tasks, and those without tasks that the kernel keeps
 * because of a mount of their file (`unshare --mount=FILE`) or an open file. Throws `tool-failed` for a namespace that
 * be-hook cannot read, because be-hook then does not know its mounts.
 */
export async function observeNamespaces<T>(look: (namespace: MountNamespace) => readonly T[]): Promise<readonly T[]> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await lookAround(look);
    } catch (error) {
      // The path to a namespace may disappear meanwhile, although another mount or file keeps the namespace.
      const passing = error instanceof BeHookError && error.problem.code === 'tool-failed';
      if (!passing || looks === LOOKS) throw error;
    }
  }
}

/** Calls `look` once for every mount namespace. Throws `tool-failed` for a namespace that be-hook cannot read. */
export async function lookAround<T>(look: (namespace: MountNamespace) => readonly T[]): Promise<readonly T[]> {
  const found: T[] = [];
  const seen = new Set<string>();
  const pinned: Pin[] = [];
  const processes = listProcesses();
  for (const name of companionNamespaces(processes)) seen.add(name);
  const tasks = processes.flatMap(tasksOf);
  for (const task of tasks) {
    const name = unlessEnded(task, () => readLink(`${task}/ns/mnt`));
    if (name === undefined || seen.has(name)) continue;
    const mounts = readMounts(task);
    // The task has just ended, or has no mounts. Another task may be in the same namespace.
    if (mounts.length === 0) continue;
    seen.add(name);
    found.push(...look({ name, task, mounts }));
    pinned.push(...pinsIn({ name, task, mounts }, ownerOf(task)));
  }
  pinned.push(...tasks.flatMap(openPins));
  const companions: Companion[] = [];
  try {
    for (let next = pinned.shift(); next !== undefined; next = pinned.shift()) {
      if (seen.has(next.name)) continue;
      const companion = await reach(next);
      // Another pin may lead to the namespace.
      if (companion === undefined) continue;
      seen.add(next.name);
      // It stays until the end: be-hook reaches further namespaces through its mounts.
      companions.push(companion);
      const task = `/proc/${companion.pid}`;
      const namespace = { name: next.name, task, mounts: readMounts(task) };
      found.push(...look(namespace));
      pinned.push(...pinsIn(namespace, next.owner));
    }
  } finally {
    await Promise.all(companions.map(({ close }) => close()));
  }
  return found;
}

/**
 * The namespaces of running be-hook processes. They have copies of the mounts at the time when they began. Without this
 * exception, an environment that was unmounted since would count as in use. be-hook trusts the variable only in
 * processes of root.
 */
function companionNamespaces(pids: readonly number[]): readonly string[] {
  return pids.flatMap((pid) => {
    const environment = unlessEnded(`/proc/${pid}`, () => readProc(`/proc/${pid}/environ`))?.split('\0') ?? [];
    if (!environment.includes(`${companionVariable}=1`) || ownerOf(`/proc/${pid}`) !== 0) return [];
    return unlessEnded(`/proc/${pid}`, () => readLink(`/proc/${pid}/ns/mnt`)) ?? [];
  });
}

/** A mount or an open file that keeps a namespace: the kernel's name of the namespace, and a path that leads to it. */
interface Pin {
  readonly name: string;
  readonly path: string;
  /** Whether another mount hides the path, or the path leads through a file system that may never answer. */
  readonly hidden: boolean;
  /** The id of the user whose task has the mount or the open file. */
  readonly owner: number;
}

const isMountNamespace = (name: string): boolean => /^mnt:\[[0-9]+\]$/.test(name);

function pinsIn({ task, mounts }: MountNamespace, owner: number): readonly Pin[] {
  return mounts.flatMap((mount): readonly Pin[] => {
    const { type, root, mountpoint } = mount;
    if (type !== 'nsfs' || !isMountNamespace(root)) return [];
    const hidden = frontMount(mounts, mountpoint) !== mount || isDistant(mounts, dirname(mountpoint));
    return [{ name: root, path: `${task}/root${mountpoint}`, hidden, owner }];
  });
}

function openPins(task: string): readonly Pin[] {
  return (unlessEnded(task, () => listNames(`${task}/fd`)) ?? []).flatMap((fd) => {
    const path = `${task}/fd/${fd}`;
    // The link of an ordinary open file is an absolute path: only a namespace has a name like this.
    const name = unlessEnded(task, () => readLink(path)) ?? '';
    return isMountNamespace(name) ? [{ name, path, hidden: false, owner: ownerOf(task) }] : [];
  });
}

/** The effective user of a task. The owner of its directory in /proc is root where the task is not dumpable (proc(5)). */
function ownerOf(task: string): number {
  const status = unlessEnded(task, () => readProc(`${task}/status`)) ?? '';
  return Number(/^Uid:\t\d+\t(\d+)/m.exec(status)?.[1]);
}

/**
 * Enters a namespace. Undefined where an unprivileged user owns it and be-hook cannot enter it. Otherwise a user who may
 * make a namespace could block upgrades of the whole machine by hiding it.
 */
async function reach(pin: Pin): Promise<Companion | undefined> {
  try {
    if (pin.hidden) throw unreachable(pin, 'another file system is mounted there');
    return await enter(pin);
  } catch (error) {
    if (pin.owner === 0 || !(error instanceof BeHookError)) throw error;
    return undefined;
  }
}

/** Starts a program that waits in a namespace: the kernel shows a namespace's mounts only through a task in it. */
async function enter(pin: Pin): Promise<Companion> {
  const args = [`--mount=${pin.path}`, '--', 'sh', '-c', 'echo ready; exec cat'];
  return await startCompanion('nsenter', args, (_line, stderr) => unreachable(pin, stderr.split('\n').at(0) ?? ''));
}

function unreachable({ path }: Pin, output: string): BeHookError {
  const how = `cannot read the mount namespace ${path.replace(/^\/proc\/[0-9]+\/root/, '')}`;
  return new BeHookError({ code: 'tool-failed', tool: 'nsenter', how, output });
}

function readMounts(task: string): readonly Mount[] {
  const text = unlessEnded(task, () => readProc(`${task}/mountinfo`)) ?? '';
  return accept(parseMountinfo(text, `${task.slice(1)}/mountinfo`));
}
