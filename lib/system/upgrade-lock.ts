import { BeHookError } from '../model/problem.ts';
import { type Companion, startCompanion } from './companion.ts';
import type { Session } from './session.ts';

/**
 * Holds the lock until its input closes. It ignores the signals with which a user ends the package manager, because
 * be-hook survives them too. cat inherits the ignored signals.
 */
const script = `
trap '' INT QUIT TERM HUP
umask 077
exec 9>>"$1" || exit 1
flock -w 2 9 || { echo taken; exit 1; }
echo ready
exec cat
`;

/**
 * Makes this the only be-hook that changes packages in copies on a file system, until `close`. If be-hook ends, even by
 * SIGKILL, the kernel releases the lock. It is not the writers' lock: meanwhile other be-hooks may change anything that
 * is not in use. The script waits a moment, because another be-hook may just have been killed. Throws `upgrade-at-work`.
 */
export async function lockUpgrades({ filesystem }: Session): Promise<Companion> {
  const file = `/run/be-hook.upgrade.${filesystem.uuid}.lock`;
  return await startCompanion('sh', ['-c', script, 'be-hook', file], (line, stderr) =>
    line === 'taken'
      ? new BeHookError({ code: 'upgrade-at-work' })
      : new BeHookError({ code: 'tool-failed', tool: 'flock', how: 'failed', output: stderr.split('\n').at(0) ?? '' }),
  );
}
