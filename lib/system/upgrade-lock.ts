import { BeHookError } from '../model/problem.ts';
import { type Companion, startCompanion } from './companion.ts';
import type { Session } from './session.ts';

/**
 * Holds the lock until its input closes. It must outlive what is typed to end the package manager, for be-hook does too;
 * what is ignored stays ignored in cat.
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
 * Makes us the only one who changes packages in copies on a file system, until it is closed; if we die, killed or not, the
 * kernel lets go. It is no writer's lock: others may change anything that is not in use meanwhile. One that was killed just
 * now is waited for a moment. Throws `upgrade-at-work`.
 */
export async function lockUpgrades({ filesystem }: Session): Promise<Companion> {
  const file = `/run/be-hook.upgrade.${filesystem.uuid}.lock`;
  return await startCompanion('sh', ['-c', script, 'be-hook', file], (line, stderr) =>
    line === 'taken'
      ? new BeHookError({ code: 'upgrade-at-work' })
      : new BeHookError({ code: 'tool-failed', tool: 'flock', how: 'failed', output: stderr.split('\n').at(0) ?? '' }),
  );
}
