import { manifestFile, manifestName } from '../model/manifest.ts';
import type { FileText } from '../model/observation.ts';
import { BeHookError } from '../model/problem.ts';
import { inDirectory, openBeneath } from './beneath.ts';
import { pathOf } from './files.ts';
import { readInside } from './inside.ts';
import { runPiped } from './run.ts';
import type { Session, SessionPlace } from './session.ts';

/** Keeps a subvolume open, so that every be-hook sees that it is in use. Returns a function that closes it. */
export function hold({ top }: Session, path: string): () => void {
  return openBeneath(top, path).close;
}

/**
 * Sends read-only subvolumes to be-hook's standard output, one after the other, in one stream. Throws `stream-broken` and
 * `tool-missing`.
 */
export async function sendSubvolumes({ enter, mountedAt }: SessionPlace, paths: readonly string[]): Promise<void> {
  const [program, ...words] = enter;
  // `btrfs send`, like `btrfs subvolume show`, needs to find the mount of the subvolumes.
  const args = [...words, 'btrfs', '--quiet', 'send', ...paths.map((path) => pathOf(mountedAt, path))];
  const { status, signal, complaint } = await runPiped(program, args, 'stdout');
  if (status === 0) return;
  // ECONNRESET: standard output is a socket, as under sshd, and its reader ended before it had read everything.
  const isUnread = signal === 'SIGPIPE' || /Broken pipe|Connection reset by peer/.test(complaint);
  const how = isUnread
    ? 'the program that read it has ended'
    : signal === undefined
      ? complaint
      : `the signal ${signal} ended btrfs send`;
  throw new BeHookError({ code: 'stream-broken', how });
}

/** The directory in a subvolume into which be-hook receives subvolumes. */
export function receivedPlace(held: string): string {
  return `${held}/received`;
}

/**
 * Receives the subvolumes of a stream from be-hook's standard input into a directory that only root can enter. No path
 * or symbolic link in the stream can leave that directory, and the stream cannot use other subvolumes of the file system
 * (btrfs-receive(8), --chroot). Returns the manifest. Throws `stream-unfit`, `no-space`, `tool-failed` and `tool-missing`.
 */
export async function receiveSubvolumes({ top, enter, mountedAt }: Session, held: string): Promise<FileText> {
  const place = receivedPlace(held);
  inDirectory(top, place, () => undefined, 0o700);
  const [program, ...words] = enter;
  const args = [...words, 'btrfs', '--quiet', 'receive', '--chroot', pathOf(mountedAt, place)];
  const { status, signal, complaint } = await runPiped(program, args, 'stdin');
  if (status === 0) return readInside({ top, path: `${place}/${manifestName}` }, manifestFile);
  if (signal !== undefined)
    throw new BeHookError({
      code: 'tool-failed',
      tool: 'btrfs receive',
      how: `ended with the signal ${signal}`,
      output: '',
    });
  if (/No space left|Disk quota exceeded/.test(complaint))
    throw new BeHookError({ code: 'no-space', path: place, unchanged: true });
  throw new BeHookError({ code: 'stream-unfit', why: complaint });
}
