import { parseDeviceCount, parseMissingDevices } from '../formats/btrfs-devices.ts';
import { BeHookError } from '../model/problem.ts';
import { stat } from './files.ts';
import { run } from './run.ts';

/**
 * Returns `devices-missing` where a device or image could not be mounted because it is one of several devices of a btrfs.
 * Otherwise undefined. The kernel's own message is "No such file or directory".
 */
export async function explainByDevices(device: string, error: unknown): Promise<BeHookError | undefined> {
  if (!(error instanceof BeHookError && error.problem.code === 'tool-failed')) return undefined;
  const superblock = await run('btrfs', ['inspect-internal', 'dump-super', device], { expect: 'any' });
  const total = parseDeviceCount(superblock.stdout) ?? 1;
  if (total < 2) return undefined;
  // btrfs-progs 6.2 crashes when it checks an image for missing devices.
  const isImage = stat(device)?.kind === 'file';
  const shown = isImage ? undefined : await run('btrfs', ['filesystem', 'show', device], { expect: 'any' });
  const missing = shown === undefined ? [] : parseMissingDevices(`${shown.stdout}\n${shown.stderr}`);
  return new BeHookError({ code: 'devices-missing', where: device, missing, total }, { cause: error });
}
