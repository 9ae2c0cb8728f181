import { dirname } from 'node:path';
import { makeDirectory, readText, removeFile, stat } from './files.ts';
import { stageFile } from './staged-file.ts';

/**
 * The marker file that a failed hook leaves for the next run. It is in the running system, because the kernels of that
 * system changed.
 */
const path = '/var/lib/be-hook/needs-sync';

/** The reason why a sync is due; undefined when no sync is due. */
export function readNeedsSync(): string | undefined {
  return stat(path)?.kind === 'file' ? readText(path).trim() : undefined;
}

/** Writes the marker file: a sync is due. */
export async function markNeedsSync(reason: string): Promise<void> {
  await makeDirectory(dirname(path));
  stageFile(path, `${reason}\n`, 0o644).commit();
}

/** Deletes the marker file. */
export function clearNeedsSync(): void {
  removeFile(path);
}
