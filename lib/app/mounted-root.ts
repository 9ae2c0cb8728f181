import type { Observation } from '../model/observation.ts';
import { askPlaces, type Mountable } from '../plan/mountable.ts';
import type { Root } from '../system/inside.ts';
import { observeMounting } from '../system/observe-mounting.ts';
import type { Session } from '../system/session.ts';

/** A root as its system sees it when it runs: with the volumes that its fstab mounts. */
export function mountedRoot(session: Session, { subvolumes }: Observation, mountable: Mountable): Root {
  const volumes = [...mountable.own, ...mountable.shared].sort((a, b) => depth(a.mountpoint) - depth(b.mountpoint));
  const { places } = observeMounting(session, subvolumes, { inside: askPlaces(mountable, volumes, []) });
  const mounted = volumes.flatMap(({ mountpoint, subvolume }) => {
    const place = places.find((candidate) => candidate.mountpoint === mountpoint)?.place;
    return place === undefined ? [] : [{ at: place.slice(1), path: subvolume.path }];
  });
  return { top: session.top, path: mountable.root.path, mounted };
}

function depth(path: string): number {
  return path.split('/').filter((part) => part !== '').length;
}
