import { evidencePlace } from '../model/upgrade.ts';
import { atPath } from './beneath.ts';
import { atEvidence, type EvidenceName, hasEvidence, writeEvidence } from './evidence.ts';
import { type Stat, stat } from './files.ts';
import { linkAbove } from './inside.ts';
import type { Session } from './session.ts';

/** The inode numbers of the files in the evidence directory; the directory itself has the name ''. */
export type EvidenceSeal = ReadonlyMap<EvidenceName | '', number>;

/** The files that a job writes by path, as root in its own root. There the job can replace them with any other file. */
const jobFiles: readonly EvidenceName[] = ['packages-before', 'packages-after', 'packages-parallel', 'verify'];

/** Makes the files that a job will write, empty, and records their inode numbers. The log exists already. */
export function sealEvidence(session: Session, root: string): EvidenceSeal {
  for (const name of jobFiles) if (!hasEvidence(session, root, name)) writeEvidence(session, root, name, '');
  const inodeOf = (name: EvidenceName): number => atEvidence(session, root, name, stat)?.inode ?? 0;
  const directory = atPath(session.top, `${root}${evidencePlace}`, stat)?.inode ?? 0;
  return new Map([['', directory], ...(['log', ...jobFiles] as const).map((name) => [name, inodeOf(name)] as const)]);
}

/** The reason why the files differ from those of the seal; undefined where they are the same. */
export function findBrokenSeal({ top }: Session, root: string, seal: EvidenceSeal): string | undefined {
  const place = `${root}${evidencePlace}`;
  const link = linkAbove(top, `${place}/.`);
  if (link !== undefined) return `/${link} was replaced by a symbolic link`;
  for (const [name, inode] of seal) {
    const shown = name === '' ? evidencePlace : `${evidencePlace}/${name}`;
    const found: Stat | undefined = stat(`${top}/${place}/${name}`);
    if (found === undefined) return `${shown} was removed`;
    if (found.inode !== inode || found.kind !== (name === '' ? 'directory' : 'file')) return `${shown} was replaced`;
  }
  return undefined;
}
