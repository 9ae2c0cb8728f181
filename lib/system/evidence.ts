import { evidencePlace } from '../model/upgrade.ts';
import { atPath, findBeneath, inDirectory, type OpenDirectory, using } from './beneath.ts';
import { listNames, pathOf, readText, removeFile, stat } from './files.ts';
import { resolveInside } from './inside.ts';
import type { Session } from './session.ts';
import { stageFile } from './staged-file.ts';

/** The names of the files in the evidence directory. */
export type EvidenceName =
  | 'report'
  | 'log'
  | 'reserve'
  | 'packages-before'
  | 'packages-after'
  | 'packages-parallel'
  | 'verify'
  | 'failed-hook';

/** Makes the evidence directory; only root can enter it. */
export function makeEvidence({ top }: Session, root: string): void {
  inDirectory(top, `${root}${evidencePlace}`, () => undefined, 0o700);
}

/** As `makeEvidence`. A job may have put another file in the directory's place; the function deletes that file. */
export function remakeEvidence(session: Session, root: string): void {
  atPath(session.top, `${root}${evidencePlace}`, (place) => {
    const kind = stat(place)?.kind;
    if (kind !== undefined && kind !== 'directory') removeFile(place);
  });
  makeEvidence(session, root);
}

/** Replaces one of the files. Throws what writing throws. */
export function writeEvidence(session: Session, root: string, name: EvidenceName, text: string): void {
  atEvidence(session, root, name, (place) => stageFile(place, text, 0o600).commit());
}

/** The text of one of the files; undefined where the file does not exist or be-hook cannot read it. */
export function readEvidence(session: Session, root: string, name: EvidenceName): string | undefined {
  try {
    return atEvidence(session, root, name, (place) => (stat(place)?.kind === 'file' ? readText(place) : undefined));
  } catch {
    return undefined;
  }
}

/** Whether one of the files exists, readable or not. */
export function hasEvidence(session: Session, root: string, name: EvidenceName): boolean {
  try {
    return atEvidence(session, root, name, stat)?.kind === 'file';
  } catch {
    return false;
  }
}

/** Passes the path of one of the files to `body`. Throws `write-refused` for a symbolic link, which could leave the copy. */
export function atEvidence<T>({ top }: Session, root: string, name: EvidenceName, body: (place: string) => T): T {
  return atPath(top, `${root}${evidencePlace}/${name}`, body);
}

/** Directories of post-upgrade hooks: those of packages, and those of the administrator. */
const hookPlaces: readonly string[] = ['/usr/lib/be-hook/post-upgrade.d', '/etc/be-hook/post-upgrade.d'];

/**
 * The post-upgrade hooks, as paths inside a root, in the order of their names. The administrator's file replaces a
 * package's file with the same name. Files that are not executable are left out.
 */
export function listPostUpgrade({ top }: Session, root: string): readonly string[] {
  const found = new Map<string, string>();
  for (const place of hookPlaces) {
    const directory = resolveInside({ top, path: root }, place);
    if (directory.kind !== 'found') continue;
    for (const name of listNames(pathOf(top, directory.path))) {
      const file = resolveInside({ top, path: root }, `${place}/${name}`);
      found.delete(name);
      if (file.kind !== 'found' || file.stat.kind !== 'file' || (file.stat.mode & 0o111) === 0) continue;
      found.set(name, `${place}/${name}`);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

/** How many hidden files be-hook reports at most: one package may bring thousands. */
const hiddenLimit = 100;

/** How deep be-hook searches for hidden files: no package has deeper files. */
const deepest = 100;

/** The files of a root that a mounted file system hides, because they lie below a mount point; as paths inside the root. */
export function listHidden({ top }: Session, root: string, mountpoints: readonly string[]): readonly string[] {
  const found: string[] = [];
  const walk = (directory: OpenDirectory, shown: string, depth: number): void => {
    for (const name of listNames(directory.path)) {
      if (found.length >= hiddenLimit) return;
      const kind = stat(`${directory.path}/${name}`)?.kind;
      const inner = kind === 'directory' && depth < deepest ? findBeneath(directory.path, name) : undefined;
      if (inner !== undefined) using(inner, (open) => walk(open, `${shown}/${name}`, depth + 1));
      else if (kind !== undefined && kind !== 'directory') found.push(`${shown}/${name}`);
    }
  };
  for (const mountpoint of mountpoints) {
    const place = resolveInside({ top, path: root }, mountpoint);
    const directory = place.kind === 'found' ? findBeneath(top, place.path) : undefined;
    if (directory !== undefined) using(directory, (open) => walk(open, mountpoint, 0));
  }
  return found;
}
