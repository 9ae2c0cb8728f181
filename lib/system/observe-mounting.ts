import { basename, dirname } from 'node:path';
import { mountedSubvolume, parseMountinfo } from '../formats/mountinfo.ts';
import { accept } from '../model/accept.ts';
import type { DirectoryFacts, MountingFacts, MountingRequest, PlaceFacts, SeenMount } from '../model/mounting.ts';
import type { Subvolume } from '../model/observation.ts';
import { listNames, pathOf, readLink, realPath, stat } from './files.ts';
import { resolveInside } from './inside.ts';
import { readProc } from './proc.ts';
import type { Session } from './session.ts';

/** Reads the mounts of this machine, and the directories on which a plan may mount subvolumes. */
export function observeMounting(
  session: Session,
  subvolumes: readonly Subvolume[],
  { directory, inside }: MountingRequest,
): MountingFacts {
  const mounts = observeMounts(session, subvolumes);
  return {
    mounts,
    directory: directory === undefined ? undefined : observeDirectory(directory, mounts),
    places: inside === undefined ? [] : observePlaces(session, inside),
    resolverLink: inside === undefined ? undefined : observeResolver(session, inside.root),
  };
}

/** Reads the mounts again: while the session waited for the lock, another process may have changed them. */
function observeMounts({ device }: Session, subvolumes: readonly Subvolume[]): readonly SeenMount[] {
  const paths = new Map(subvolumes.map(({ id, path }) => [id, path]));
  return accept(parseMountinfo(readProc('/proc/self/mountinfo'))).map((mount) => {
    const id = mount.device === device ? mountedSubvolume(mount) : undefined;
    const whole = id !== undefined && mount.root === `/${paths.get(id) ?? ''}`;
    return { mountpoint: mount.mountpoint, subvolume: whole ? id : undefined, readOnly: mount.readOnly };
  });
}

function observeDirectory(asked: string, mounts: readonly SeenMount[]): DirectoryFacts {
  const plain = asked.replace(/(?<=.)\/+$/, '');
  const found = stat(plain);
  const real = realPath(plain);
  if (found === undefined) {
    const [, above = '.', name = ''] = /^(?:(.*)\/)?([^/]+)$/s.exec(plain) ?? [];
    const holder = realPath(above === '' ? '/' : above);
    const path = holder === undefined ? undefined : `${holder.replace(/\/$/, '')}/${name}`;
    return {
      asked,
      path,
      pathWhenMounted: path === undefined ? pathWhenMade(plain) : undefined,
      real,
      kind: 'missing',
    };
  }
  if (found.kind === 'symlink') return { asked, path: plain, real, kind: 'symlink' };
  const path = real ?? plain;
  if (found.kind !== 'directory') return { asked, path, real, kind: 'no-directory' };
  if (mounts.some(({ mountpoint }) => mountpoint === path)) return { asked, path, real, kind: 'mountpoint' };
  return { asked, path, real, kind: listNames(path).length > 0 ? 'filled' : 'empty' };
}

/** The path below the nearest directory that exists; undefined where a symbolic link is broken, or the path has `..`. */
function pathWhenMade(path: string): string | undefined {
  if (!path.startsWith('/') || path.split('/').includes('..')) return undefined;
  const above = dirname(path);
  const holder = realPath(above) ?? (stat(above) === undefined ? pathWhenMade(above) : undefined);
  return holder === undefined ? undefined : `${holder.replace(/\/$/, '')}/${basename(path)}`;
}

/** Resolves each mount point as if the subvolumes of the earlier ones were mounted. */
function observePlaces(
  { top }: Session,
  { root, points }: NonNullable<MountingRequest['inside']>,
): readonly PlaceFacts[] {
  const mounted: { readonly at: string; readonly path: string }[] = [];
  return points.map(({ mountpoint, subvolume }) => {
    const found = resolveInside({ top, path: root.path, mounted }, mountpoint);
    const isPlace = found.kind === 'found' && found.stat.kind === 'directory' && found.inside !== '';
    if (!isPlace) return { mountpoint, place: undefined };
    if (subvolume !== undefined) mounted.push({ at: found.inside, path: subvolume.path });
    return { mountpoint, place: `/${found.inside}` };
  });
}

function observeResolver({ top }: Session, { path }: Subvolume): string | undefined {
  const etc = resolveInside({ top, path }, 'etc');
  if (etc.kind !== 'found') return undefined;
  const file = `${pathOf(top, etc.path)}/resolv.conf`;
  return stat(file)?.kind === 'symlink' ? readLink(file) : undefined;
}
