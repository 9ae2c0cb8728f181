import { type BlsEntry, parseBlsEntry } from '../../formats/bls-entry.ts';
import type { RootFacts } from '../../model/observation.ts';
import { textOf } from './file-text.ts';

/** A boot loader entry of a root, and its file. */
export interface NamedEntry {
  /** What GRUB and grubby call it: the name of its file without `.conf`. */
  readonly id: string;
  readonly path: string;
  readonly entry: BlsEntry;
}

/** The boot loader entries of a root. */
export function listBlsEntries(root: RootFacts): readonly NamedEntry[] {
  return root.blsEntries.flatMap((file) => {
    const text = textOf(file);
    const id =
      file.path
        .split('/')
        .at(-1)
        ?.replace(/\.conf$/, '') ?? '';
    return text === undefined ? [] : [{ id, path: file.path, entry: parseBlsEntry(text) }];
  });
}

/** An id without the boot counter that systemd's kernel-install puts behind it: `+LEFT`, then `+LEFT-DONE`. */
export function withoutTries(id: string): string {
  return id.replace(/\+\d+(-\d+)?$/, '');
}

/**
 * The entry of a kernel. Where several boot the same image, as a copy with debugging options does, it is the one whose file
 * has the name that kernel-install gives it.
 */
export function findEntryOf(entries: readonly NamedEntry[], release: string): NamedEntry | undefined {
  const own = entries.filter(({ entry }) => entry.version === release || entry.linux?.endsWith(`-${release}`) === true);
  return own.find(({ id }) => withoutTries(id).endsWith(`-${release}`) || id.endsWith(`-${release}`)) ?? own[0];
}
