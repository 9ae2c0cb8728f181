import type { Mount } from './mountinfo.ts';

/**
 * File systems whose answers come from another machine or another program. An answer may never come, and the process
 * that waits for it cannot even be ended then: stat(2) of a file on an NFS server that is down.
 */
const distant = /^(?:nfs4?|cifs|smb3|ceph|9p|afs|lustre|gpfs|beegfs|virtiofs|autofs|fuse|fuseblk|fuse\..*)$/;

/**
 * Whether a path, as seen in a namespace, is on a file system whose answers may never come. The mount in front at that
 * path decides.
 */
export function isDistant(mounts: readonly Mount[], path: string): boolean {
  return distant.test(frontMount(mounts, path)?.type ?? '');
}

/**
 * The mount that a path leads to: from the root on, through the mounts on the way, to the topmost mount. Undefined
 * where the mounts do not show it.
 */
export function frontMount(mounts: readonly Mount[], path: string): Mount | undefined {
  const ids = new Set(mounts.map(({ id }) => id));
  const onTheWay = mounts.filter(({ mountpoint }) => isAbove(mountpoint, path));
  let front = onTheWay.find(({ parent, id }) => !ids.has(parent) || parent === id);
  for (let next = front; next !== undefined; ) {
    const { id } = next;
    front = next;
    // Only one other mount can be at one place of a mount. The nearest place comes first.
    next = onTheWay
      .filter((mount) => mount.parent === id && mount.id !== id)
      .sort((a, b) => a.mountpoint.length - b.mountpoint.length)[0];
  }
  return front;
}

function isAbove(place: string, path: string): boolean {
  return place === '/' || path === place || path.startsWith(`${place}/`);
}
