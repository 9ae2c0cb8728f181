import { parseSwapFiles } from '../formats/swaps.ts';
import type { Subvolume, SwapFile } from '../model/observation.ts';
import { subvolumesByDevice } from './devices.ts';
import { stat } from './files.ts';
import { readProc } from './proc.ts';

/** The running system's swap files on an opened file system: btrfs refuses to clone the subvolumes that hold them. */
export function observeSwapFiles(top: string, subvolumes: readonly Subvolume[]): readonly SwapFile[] {
  const paths = stat('/proc/swaps') === undefined ? [] : parseSwapFiles(readProc('/proc/swaps'));
  if (paths.length === 0) return [];
  const ids = subvolumesByDevice(top, subvolumes);
  return paths.flatMap((path) => {
    const subvolume = ids.get(stat(path)?.device ?? -1);
    return subvolume === undefined ? [] : [{ subvolume, path }];
  });
}
