import { evidencePlace } from '../model/upgrade.ts';
import { atPath, findBeneath, inDirectory, type OpenDirectory, using } from './beneath.ts';
import { listNames, pathOf, readText, removeFile, stat } from './files.ts';
import { resolveInside } from './inside.ts';
import type { Session } from './session.ts';
import { stageFile } from './staged-file.ts';

/** The files in the directory of evidence. */
export type EvidenceName =
  | 'report'
  | 'log'
  | 'reserve'
  | 'packages-before'
  | 'packages-after'
  | 'packages-parallel'
  | 'verify'
  | 'failed-hook';

/** Makes that directory, for root alone, empty but for what is about to be written anew. */
export function makeEvidence({ top }: Session, root: string): void {
  inDirectory(top, `${root}${evidencePlace}`, () => undefined, 0o700);
}

/** The same, where a job may have put something else in its place, which is taken away then. */
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

/** What one of the files says; undefined where it is not there or cannot be read. */
export function readEvidence(session: Session, root: string, name: EvidenceName): string | undefined {
  try {
    return atEvidence(session, root, name, (place) => (stat(place)?.kind === 'file' ? readText(place) : undefined));
  } catch {
    return undefined;
  }
}

/** Whether one of the files is there, readable or not. */
export function hasEvidence(session: Session, root: string, name: EvidenceName): boolean {
  try {
    return atEvidence(session, root, name, stat)?.kind === 'file';
  } catch {
    return false;
  }
}

/** Hands `body` the way to one of the files. A symbolic link on it would lead out of the copy: `write-refused`. */
export function atEvidence<T>({ top }: Session, root: string, name: EvidenceName, body: (place: string) => T): T {
  return atPath(top, `${root}${evidencePlace}/${name}`, body);
}

/** Directories of programs that are to run after an upgrade: packages' own, and the administrator's. */
const hookPlaces: readonly string[] = ['/usr/lib/be-hook/post-upgrade.d', '/etc/be-hook/post-upgrade.d'];

/**
 * What is to run after an upgrade, as paths inside of a root, in the order of their names; the administrator's file takes
 * the place of a package's with the same name. Files that cannot be executed are left out.
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

/** How many files are told of: one package may bring thousands. */
const hiddenLimit = 100;

/** How deep they are looked for: no package has its files deeper. */
const deepest = 100;

/** The files of a root that lie below a mount point, where what is mounted hides them; as paths inside of the root. */
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
