import { type Mount, parseMountinfo } from '../formats/mountinfo.ts';
import { BeHookError } from '../model/problem.ts';
import { followedDevice, listNames, readLink, readText, stat } from './files.ts';
import { type Companion, companionVariable, startCompanion } from './run.ts';

/** A mount namespace, and a task that is in it. */
export interface MountNamespace {
  /** A directory of /proc, from which the namespace's own paths can be reached by `root/`. */
  readonly task: string;
  readonly mounts: readonly Mount[];
}

/** The directories in /proc of a process's threads, its first one first; none where it has ended. */
export function tasksOf(pid: number): readonly string[] {
  const threads = gone(() => listNames(`/proc/${pid}/task`)) ?? [];
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

async function lookAround<T>(look: (namespace: MountNamespace) => readonly T[]): Promise<readonly T[]> {
  const found: T[] = [];
  const seen = new Set<string>();
  const pinned: Pin[] = [];
  const processes = listProcesses();
  for (const name of companionNamespaces(processes)) seen.add(name);
  const tasks = processes.flatMap(tasksOf);
  for (const task of tasks) {
    const name = gone(() => readLink(`${task}/ns/mnt`));
    if (name === undefined || seen.has(name)) continue;
    const mounts = readMounts(task);
    // It ended in this moment, or never had any; another one may be in the same namespace.
    if (mounts.length === 0) continue;
    seen.add(name);
    found.push(...look({ task, mounts }));
    pinned.push(...pinsIn({ task, mounts }));
  }
  pinned.push(...tasks.flatMap(openPins));
  const companions: Companion[] = [];
  try {
    for (let next = pinned.shift(); next !== undefined; next = pinned.shift()) {
      if (seen.has(next.name)) continue;
      seen.add(next.name);
      // It stays until all is seen: what it sees is reached through it.
      const companion = await enter(next);
      companions.push(companion);
      const task = `/proc/${companion.pid}`;
      const namespace = { task, mounts: readMounts(task) };
      found.push(...look(namespace));
      pinned.push(...pinsIn(namespace));
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
    const environment = gone(() => readText(`/proc/${pid}/environ`))?.split('\0') ?? [];
    if (!environment.includes(`${companionVariable}=1`) || gone(() => stat(`/proc/${pid}`))?.uid !== 0) return [];
    return gone(() => readLink(`/proc/${pid}/ns/mnt`)) ?? [];
  });
}

/** What keeps a namespace: its name, as the kernel tells it, and a path that leads to it. */
interface Pin {
  readonly name: string;
  readonly path: string;
}

const isMountNamespace = (name: string): boolean => /^mnt:\[[0-9]+\]$/.test(name);

function pinsIn({ task, mounts }: MountNamespace): readonly Pin[] {
  return mounts
    .filter(({ type, root }) => type === 'nsfs' && isMountNamespace(root))
    .map(({ root, mountpoint }) => ({ name: root, path: `${task}/root${mountpoint}` }));
}

function openPins(task: string): readonly Pin[] {
  const namespaces = followedDevice('/proc/self/ns/mnt');
  return (gone(() => listNames(`${task}/fd`)) ?? []).flatMap((fd) => {
    const path = `${task}/fd/${fd}`;
    if (gone(() => followedDevice(path)) !== namespaces) return [];
    const name = gone(() => readLink(path)) ?? '';
    return isMountNamespace(name) ? [{ name, path }] : [];
  });
}

/** A program that waits in a namespace, for the kernel tells the mounts of one only by a task that is in it. */
async function enter({ path }: Pin): Promise<Companion> {
  const words = [`--mount=${path}`, '--', 'sh', '-c', 'echo ready; exec cat'];
  return await startCompanion('nsenter', words, (_line, stderr) => {
    const how = `cannot look into the mount namespace ${path.replace(/^\/proc\/[0-9]+\/root/, '')}`;
    return new BeHookError({ code: 'tool-failed', tool: 'nsenter', how, output: stderr.split('\n').at(0) ?? '' });
  });
}

function readMounts(task: string): readonly Mount[] {
  const text = gone(() => readText(`${task}/mountinfo`)) ?? '';
  return parseMountinfo(text, `${task.slice(1)}/mountinfo`);
}

/** What a task tells, unless it ended meanwhile, or is a thread of the kernel. */
export function gone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
