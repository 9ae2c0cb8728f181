import { basename } from 'node:path';
import { type Mount, parseMountinfo } from '../formats/mountinfo.ts';
import { companionVariable } from './companion.ts';
import { readLink, realPath } from './files.ts';
import { filesystemOf } from './mounts.ts';
import { listProcesses } from './namespaces.ts';
import { readProc, unlessEnded } from './proc.ts';

/**
 * A mount of the file system on a block device where all of them are read-only; undefined where there is a writable one or
 * none. `mounts` are those of this process; if none of them counts, those in other mount namespaces do.
 */
export function findReadOnlyMount(device: string, mounts: readonly Mount[]): Mount | undefined {
  const devices = filesystemOf(device)?.devices ?? [];
  const isOfIt = ({ type, source }: Mount): boolean =>
    type === 'btrfs' && devices.includes(basename(realPath(source) ?? source));
  if (devices.length === 0) return undefined;
  const here = mounts.filter(isOfIt);
  const found = here.length > 0 ? here : mountsElsewhere().filter(isOfIt);
  return found.every(({ readOnly }) => readOnly) ? found[0] : undefined;
}

/** The mounts of all other mount namespaces that a process is in, except for those of be-hooks that read. */
function mountsElsewhere(): readonly Mount[] {
  const seen = new Set([readLink('/proc/self/ns/mnt')]);
  return listProcesses().flatMap((pid) => {
    const task = `/proc/${pid}`;
    const name = unlessEnded(task, () => readLink(`${task}/ns/mnt`));
    if (name === undefined || seen.has(name)) return [];
    const environment = unlessEnded(task, () => readProc(`${task}/environ`)) ?? '';
    if (environment.split('\0').includes(`${companionVariable}=1`)) return [];
    seen.add(name);
    return unlessEnded(task, () => parseMountinfo(readProc(`${task}/mountinfo`))) ?? [];
  });
}
