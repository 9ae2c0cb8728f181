import type { Observation, RootFacts, Subvolume, ToolFacts } from '../model/observation.ts';
import { activeAttribute, attributePrefix, markAttribute } from './attributes.ts';
import { listSubvolumes } from './btrfs.ts';
import { stat } from './files.ts';
import { subvolumeMounts } from './mounts.ts';
import { readNeedsSync } from './needs-sync.ts';
import { observeRoot } from './observe-root.ts';
import { findPreallocated } from './preallocated.ts';
import type { Session } from './session.ts';
import { observeFirmware, observeStubs } from './stubs.ts';
import { readAttributes } from './xattrs.ts';

/**
 * Reads everything the planners need, once, deciding nothing. `candidate` is a subvolume that is to be looked at
 * although nothing marks it.
 */
export async function observe(session: Session, candidate?: string): Promise<Observation> {
  const { top, filesystem } = session;
  const listing = await listSubvolumes(session);
  const { readOnly } = listing;
  // The top level is a subvolume too, with a fixed id, which `list` leaves out; its file system's uuid identifies it.
  const subvolumes: readonly Subvolume[] = [
    { id: 5, uuid: filesystem.uuid, parentUuid: undefined, path: '' },
    ...listing.subvolumes,
  ];
  const attributes = await readAttributes(
    subvolumes.map(({ path }) => pathOf(top, path)),
    attributePrefix,
  );
  const mounts = subvolumeMounts(filesystem, session.mounts, subvolumes);
  const runningSubvolume = mounts.find(({ mountpoint }) => mountpoint === '/')?.subvolume;
  const tools = observeTools(runningSubvolume !== undefined);
  const roots: RootFacts[] = [];
  for (const subvolume of subvolumes) {
    const mark = attributes.get(pathOf(top, subvolume.path))?.get(markAttribute);
    const running = subvolume.id === runningSubvolume;
    if (mark === undefined && !running && subvolume.path !== candidate) continue;
    const { scriptCheck } = tools;
    roots.push(
      await observeRoot({ session, subvolume, mark, running, readOnly: readOnly.has(subvolume.id), scriptCheck }),
    );
  }
  return {
    filesystem: { uuid: filesystem.uuid, runningSubvolume, mounts },
    subvolumes,
    ambiguous: listing.ambiguous,
    roots: await findPreallocated(top, roots),
    active: attributes.get(pathOf(top, ''))?.get(activeAttribute),
    tools,
  };
}

/** The absolute path of something on an opened file system. */
export function pathOf(top: string, path: string): string {
  return path === '' ? top : `${top}/${path}`;
}

function observeTools(runs: boolean): ToolFacts {
  const find = (names: readonly string[]): string | undefined =>
    names
      .flatMap((name) => ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].map((directory) => `${directory}/${name}`))
      .find((path) => stat(path) !== undefined);
  return {
    mkconfig: runs ? find(['grub2-mkconfig', 'grub-mkconfig']) : undefined,
    scriptCheck: find(['grub2-script-check', 'grub-script-check']),
    firmware: runs ? observeFirmware() : 'unknown',
    stubs: runs ? observeStubs() : [],
    needsSync: runs ? readNeedsSync() : undefined,
  };
}
