import { isDistant } from '../formats/front-mount.ts';
import type { Mount } from '../formats/mountinfo.ts';
import { readLink } from './files.ts';
import { readProc, unlessEnded } from './proc.ts';

/** Every mount that was seen, in whatever namespace. */
export interface MountTable {
  /** Whether a place of a task (`fd/7`, `cwd`, `root`, `exe`) may lie on the file system that the table is about. */
  readonly mayLead: (task: string, place: string) => boolean;
}

/**
 * Makes one about the file system with this device number, of the mounts of each namespace by its name. What it does not
 * know, such as a mount that was taken away lazily, may lead anywhere.
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
