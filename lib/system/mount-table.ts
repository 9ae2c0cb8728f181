import { isDistant } from '../formats/front-mount.ts';
import type { Mount } from '../formats/mountinfo.ts';
import { readLink } from './files.ts';
import { readProc, unlessEnded } from './proc.ts';

/** The mounts of all namespaces. */
export interface MountTable {
  /** Whether a link of a task (`fd/7`, `cwd`, `root`, `exe`) may lead to the file system of the table. */
  readonly mayLead: (task: string, place: string) => boolean;
}

/**
 * Makes the table for the file system with this device number, from the mounts of each namespace by the namespace's name.
 * A mount that the table does not have, for instance after a lazy unmount, may lead to any file system.
 */
export function mountTable(device: string, views: ReadonlyMap<string, readonly Mount[]>): MountTable {
  const known = new Map([...views.values()].flat().map((mount) => [mount.id, mount]));
  return {
    mayLead: (task, place) => {
      if (place.startsWith('fd/')) {
        const text = unlessEnded(task, () => readProc(`${task}/fdinfo/${place.slice(3)}`)) ?? '';
        const mount = known.get(Number(/^mnt_id:\s*(\d+)$/m.exec(text)?.[1]));
        return mount === undefined || mount.device === device;
      }
      const mounts = views.get(unlessEnded(task, () => readLink(`${task}/ns/mnt`)) ?? '') ?? [];
      const path = unlessEnded(task, () => readLink(`${task}/${place}`)) ?? '';
      return !isDistant(mounts, path);
    },
  };
}
