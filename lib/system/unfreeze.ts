import { rmSync } from 'node:fs';
import { readText, tolerate } from './files.ts';
import type { OpenFilesystem } from './mounts.ts';
import { run } from './run.ts';

/** Names the device of the file system that be-hook has frozen. In /run, because no frozen state outlives a reboot. */
export const frozenMarker = '/run/be-hook-frozen';

/** Unfreezes a file system that a killed run of be-hook left frozen. The caller holds the writers' lock. */
export async function unfreezeAbandoned({ top, source }: OpenFilesystem): Promise<void> {
  const frozen = tolerate(['ENOENT'], () => readText(frozenMarker));
  if (frozen !== source) return;
  // It fails where the file system is not frozen.
  await run('fsfreeze', ['-u', top], { expect: 'any' });
  rmSync(frozenMarker, { force: true });
}
