import { dirname } from 'node:path';
import { frontMount, isDistant } from '../formats/front-mount.ts';
import { type Mount, parseMountinfo } from '../formats/mountinfo.ts';
import { BeHookError } from '../model/problem.ts';
import { type Companion, companionVariable, startCompanion } from './companion.ts';
import { listNames, readLink } from './files.ts';
import { readProc, unlessEnded } from './proc.ts';

/** A mount namespace, and a task that is in it. */
export interface MountNamespace {
  /** As the kernel tells it: `mnt:[4026531841]`. */
  readonly name: string;
  /** A directory of /proc, from which the namespace's own paths can be reached by `root/`. */
  readonly task: string;
  readonly mounts: readonly Mount[];
}

/** The directories in /proc of a process's threads, its first one first; none where it has ended. */
export function tasksOf(pid: number): readonly string[] {
  const threads = unlessEnded(`/proc/${pid}`, () => listNames(`/proc/${pid}/task`)) ?? [];
  // The others may have a working directory and a namespace of their own, and outlive the first one.
  return [`/proc/${pid}`, ...threads.filter((id) => id !== String(pid)).map((id) => `/proc/${pid}/task/${id}`)];
}

/** All processes that can be seen. */
export function listProcesses(): readonly number[] {
  return listNames('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number);
}

/** How often the namespaces are looked at anew because one could not be looked into. */
const LOOKS = 5;

/**
 * Every mount namespace of the machine, as `look` is shown it: those that some task is in, and those that nobody is in
 * but that are kept, by a mount of their file (`unshare --mount=FILE`) or by an open file. Throws `tool-failed` for one
 * that cannot be looked into: nobody knows then what is mounted.
 */
export async function observeNamespaces<T>(look: (namespace: MountNamespace) => readonly T[]): Promise<readonly T[]> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await lookAround(look);
    } catch (error) {
      // What leads to a namespace may go while we look, and the namespace itself still be there, kept by something else.
      const passing = error instanceof BeHookError && error.problem.code === 'tool-failed';
      if (!passing || looks === LOOKS) throw error;
    }
  }
}

/** Looks once. */
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
    // It ended in this moment, or never had any; another one may be in the same namespace.
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
      // Something else may lead there.
      if (companion === undefined) continue;
      seen.add(next.name);
      // It stays until all is seen: what it sees is reached through it.
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
 * The namespaces of be-hooks that are at work. They have copies of the mounts of the moment in which they began, and
 * would keep an environment that has been unmounted since from being destroyed. Only root's word counts.
 */
function companionNamespaces(pids: readonly number[]): readonly string[] {
  return pids.flatMap((pid) => {
    const environment = unlessEnded(`/proc/${pid}`, () => readProc(`/proc/${pid}/environ`))?.split('\0') ?? [];
    if (!environment.includes(`${companionVariable}=1`) || ownerOf(`/proc/${pid}`) !== 0) return [];
    return unlessEnded(`/proc/${pid}`, () => readLink(`/proc/${pid}/ns/mnt`)) ?? [];
  });
}

/** What keeps a namespace: its name, as the kernel tells it, and a path that leads to it. */
interface Pin {
  readonly name: string;
  readonly path: string;
  /** Whether something else is mounted where the path leads, or it leads where an answer may never come. */
  readonly hidden: boolean;
  /** The user who has it. */
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
    // A file's link is its absolute path: only a namespace has a name like this.
    const name = unlessEnded(task, () => readLink(path)) ?? '';
    return isMountNamespace(name) ? [{ name, path, hidden: false, owner: ownerOf(task) }] : [];
  });
}

/** The effective user of a task, whoever its directory in /proc belongs to: that is root's where it hides from debuggers. */
function ownerOf(task: string): number {
  const status = unlessEnded(task, () => readProc(`${task}/status`)) ?? '';
  return Number(/^Uid:\t\d+\t(\d+)/m.exec(status)?.[1]);
}

/**
 * Enters a namespace; undefined for one of a user without root's rights that cannot be entered: whoever may make one
 * could keep the whole machine from being upgraded by hiding it.
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

/** A program that waits in a namespace, for the kernel tells the mounts of one only by a task that is in it. */
async function enter(pin: Pin): Promise<Companion> {
  const words = [`--mount=${pin.path}`, '--', 'sh', '-c', 'echo ready; exec cat'];
  return await startCompanion('nsenter', words, (_line, stderr) => unreachable(pin, stderr.split('\n').at(0) ?? ''));
}

function unreachable({ path }: Pin, output: string): BeHookError {
  const how = `cannot read the mount namespace ${path.replace(/^\/proc\/[0-9]+\/root/, '')}`;
  return new BeHookError({ code: 'tool-failed', tool: 'nsenter', how, output });
}

function readMounts(task: string): readonly Mount[] {
  const text = unlessEnded(task, () => readProc(`${task}/mountinfo`)) ?? '';
  return parseMountinfo(text, `${task.slice(1)}/mountinfo`);
}
