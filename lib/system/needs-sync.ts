import { dirname } from 'node:path';
import { makeDirectory, readText, removeFile, stat } from './files.ts';
import { stageFile } from './staged-file.ts';

/**
 * Where a hook that failed leaves word for the next run; in the running system, for it is that system's kernels that
 * changed.
 */
const path = '/var/lib/be-hook/needs-sync';

/** Why a sync is due, undefined when none is. */
export function readNeedsSync(): string | undefined {
  return stat(path)?.kind === 'file' ? readText(path).trim() : undefined;
}

/** Leaves word that a sync is due. */
export async function markNeedsSync(reason: string): Promise<void> {
  await makeDirectory(dirname(path));
  stageFile(path, `${reason}\n`, 0o644).commit();
}

/** Takes the word back. */
export function clearNeedsSync(): void {
  removeFile(path);
}
