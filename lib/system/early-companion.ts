import { readFileSync } from 'node:fs';
import { companionArgs, companionVariable } from './companion-command.ts';
import { type Spawned, spawnTool } from './spawn.ts';

/**
 * A companion that a hook starts before it loads the engine: while the companion takes the lock and mounts, Node.js loads
 * the engine. A session takes over only a companion with exactly its own arguments.
 */
export interface EarlyCompanion {
  readonly args: readonly string[];
  readonly child: Spawned;
  /** Ends the companion if no session did. */
  readonly release: () => void;
}

/**
 * How long a hook waits for another be-hook process, in seconds. kernel-install calls a hook for each kernel, and rpm
 * calls one more at its end.
 */
export const hookLockSeconds = 120;

/**
 * Starts the companion of the session of a hook. Undefined where that fails, or where the session would refuse or not find
 * the device in the same way: then the session starts its own companion, or reports the reason.
 */
export function startEarly(): EarlyCompanion | undefined {
  try {
    const device = rootDevice();
    if (device === undefined) return undefined;
    const args = companionArgs({ device, write: true, image: false, lockSeconds: hookLockSeconds, lists: true });
    const child = spawnTool('unshare', args, { env: { [companionVariable]: '1' } });
    child.on('error', () => undefined);
    if (child.pid === undefined) return undefined;
    return { args, child, release: () => child.stdin.end() };
  } catch {
    return undefined;
  }
}

/** The device of a writable btrfs root. */
function rootDevice(): string | undefined {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const fields = mounts.map((line) => line.split(' ')).findLast(([, , , , mountpoint]) => mountpoint === '/') ?? [];
  const dash = fields.indexOf('-', 6);
  const [type, device = '', options = ''] = fields.slice(dash + 1);
  const isReadOnly = [fields[5] ?? '', options].some((words) => words.split(',').includes('ro'));
  // The kernel escapes spaces in names.
  return dash < 0 || type !== 'btrfs' || isReadOnly || device.includes('\\') ? undefined : device;
}
