import { basename } from 'node:path';
import { type Mount, parseMountinfo } from '../formats/mountinfo.ts';
import { accept } from '../model/accept.ts';
import { companionVariable } from './companion-command.ts';
import { readLink, realPath } from './files.ts';
import { filesystemOf } from './mounts.ts';
import { listProcesses } from './namespaces.ts';
import { readProc, unlessEnded } from './proc.ts';

/**
 * A mount of the file system on a block device, where all its mounts are read-only. Undefined where a mount is writable,
 * or no mount exists. `mounts` are the mounts of this process. If it has no mount of the file system, the function looks
 * at other mount namespaces.
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

/** The mounts of all other mount namespaces with processes, except for the namespaces of running be-hooks. */
function mountsElsewhere(): readonly Mount[] {
  const seen = new Set([readLink('/proc/self/ns/mnt')]);
  return listProcesses().flatMap((pid) => {
    const task = `/proc/${pid}`;
    const name = unlessEnded(task, () => readLink(`${task}/ns/mnt`));
    if (name === undefined || seen.has(name)) return [];
    const environment = unlessEnded(task, () => readProc(`${task}/environ`)) ?? '';
    if (environment.split('\0').includes(`${companionVariable}=1`)) return [];
    seen.add(name);
    return unlessEnded(task, () => accept(parseMountinfo(readProc(`${task}/mountinfo`)))) ?? [];
  });
}
