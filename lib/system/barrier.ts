import { abilities } from '../model/filesystem-type.ts';
import { syncFilesystem } from './btrfs.ts';
import { missingTool } from './missing-tool.ts';
import type { OpenFilesystem } from './mounts.ts';
import { run } from './run.ts';
import { frozenMarker } from './unfreeze.ts';

/**
 * Freezes and unfreezes a file system. The working directory keeps the file system reachable if be-hook dies: then its
 * mount in the namespace of the companion ends. No signal that can be ignored ends the script between the two programs, and
 * fsfreeze inherits that. fsfreeze(8) fails with status 1 where another program has frozen the file system: that program
 * has to unfreeze it. A kernel without memory chooses another process. libostree freezes and thaws /boot in the same way, and
 * for the same reason (src/libostree/ostree-sysroot-deploy.c, fsfreeze_thaw_cycle).
 */
const script = `
trap '' HUP INT QUIT PIPE ALRM TERM USR1 USR2
echo -1000 2>/dev/null >/proc/self/oom_score_adj || :
cd -- "$1" && sync -f . || exit 1
umask 077
printf %s "$2" >"$3" || exit 1
fsfreeze -f .
status=$?
[ "$status" = 1 ] || fsfreeze -u .
rm -f -- "$3"
exit "$status"
`;

/** The status of a shell for a program that does not exist (POSIX, "Exit Status for Commands"). */
const notFound = 127;

/**
 * Brings everything that was written to a file system to the place where a boot loader reads it. A file system that has to
 * be frozen stops other writers for some milliseconds. If the program that freezes it is killed, `unfreezeAbandoned`
 * unfreezes it. Throws `tool-missing` and `tool-failed`.
 */
export async function settleFilesystem({ top, type, source }: OpenFilesystem): Promise<void> {
  if (abilities[type].barrier === 'syncfs') return await syncFilesystem(top);
  // A session of its own: the keys of a terminal do not stop the script either.
  const args = ['--wait', 'sh', '-c', script, 'be-hook', top, source, frozenMarker];
  const { status } = await run('setsid', args, { seconds: 600, name: 'fsfreeze', expect: [0, notFound] });
  if (status === notFound) throw missingTool('fsfreeze');
}
