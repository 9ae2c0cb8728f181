import { type BlsEntry, parseBlsEntry } from '../../formats/bls-entry.ts';
import type { FileText, RootFacts } from '../../model/observation.ts';

/** A boot loader entry of a root, and its file. */
export interface NamedEntry {
  /** The name that GRUB and grubby use: the name of its file without `.conf`. */
  readonly id: string;
  readonly path: string;
  readonly entry: BlsEntry;
}

/** The boot loader entries of a root that can be read. */
export function listBlsEntries(root: RootFacts): readonly NamedEntry[] {
  return root.blsEntries.flatMap((file) => {
    return file.kind === 'text' ? [{ id: idOfEntry(file), path: file.path, entry: parseBlsEntry(file.text) }] : [];
  });
}

/** The id of the entry in a file. */
export function idOfEntry({ path }: FileText): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.replace(/\.conf$/, '');
}

/** Whether an id is the one that kernel-install gives the entry of a kernel. */
export function isIdOf(id: string, release: string): boolean {
  return withoutTries(id).endsWith(`-${release}`) || id.endsWith(`-${release}`);
}

/** An id without the boot counter that systemd's kernel-install appends: `+LEFT`, then `+LEFT-DONE`. */
export function withoutTries(id: string): string {
  return id.replace(/\+\d+(-\d+)?$/, '');
}

/**
 * The entry of a kernel. Several entries may boot the same image, for example a copy with debugging options. Then it is
 * the entry whose file has the name that kernel-install gives it.
 */
export function findEntryOf(entries: readonly NamedEntry[], release: string): NamedEntry | undefined {
  const own = entries.filter(({ entry }) => entry.version === release || entry.linux?.endsWith(`-${release}`) === true);
  return own.find(({ id }) => isIdOf(id, release)) ?? own[0];
}
