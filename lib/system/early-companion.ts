import { readFileSync } from 'node:fs';
import { bootMountOf, companionArgs, companionVariable, type MountLine } from './companion-command.ts';
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
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const root = lineOf(mounts, '/');
    // The kernel escapes spaces in names.
    if (root?.type !== 'btrfs' || root.readOnly || root.source.includes('\\')) return undefined;
    const boot = bootMountOf(root, lineOf(mounts, '/boot'), true);
    const lockSeconds = hookLockSeconds;
    const args = companionArgs({ device: root.source, write: true, image: false, lockSeconds, lists: true, boot });
    const child = spawnTool('unshare', args, { env: { [companionVariable]: '1' } });
    child.on('error', () => undefined);
    if (child.pid === undefined) return undefined;
    return { args, child, release: () => child.stdin.end() };
  } catch {
    return undefined;
  }
}

/** The last mount on a directory. Names in it are escaped. */
function lineOf(mounts: readonly string[], mountpoint: string): (MountLine & { readonly source: string }) | undefined {
  const fields = mounts.map((line) => line.split(' ')).findLast((words) => words[4] === mountpoint) ?? [];
  const dash = fields.indexOf('-', 6);
  const [device = '', root = ''] = fields.slice(2);
  const [type = '', source = '', options = ''] = fields.slice(dash + 1);
  const readOnly = [fields[5] ?? '', options].some((words) => words.split(',').includes('ro'));
  return dash < 0 ? undefined : { device, root, type, source, readOnly };
}
