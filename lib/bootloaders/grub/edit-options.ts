import { editBlsOptions } from '../../formats/bls-entry.ts';
import { editAssignment } from '../../formats/edit-assignment.ts';
import type { FileText } from '../../model/observation.ts';
import type { Loader } from '../../plan/loader.ts';
import { readsBlsEntries } from './command-line.ts';
import { type GrubRootFacts, grubRoot } from './facts.ts';

/**
 * Edits the files that Fedora's `grubby --update-kernel=ALL` edits (grubby-bls): GRUB_CMDLINE_LINUX for the next
 * grub2-mkconfig, and every BLS entry. Undefined if the menu does not consist of BLS entries.
 */
export const editOptions: Loader['editOptions'] = (root, edit) => {
  if (!readsBlsEntries(root) || root.blsEntries.length === 0) return undefined;
  const facts = grubRoot(root);
  const files: FileText[] = [];
  const change = (file: FileText, by: (text: string) => string): FileText => {
    if (file.kind !== 'text') return file;
    const changed = { ...file, text: by(file.text) };
    if (changed.text !== file.text) files.push(changed);
    return changed;
  };
  const [settings, ...others] = facts.defaults;
  const edited = settings && change(settings, (text) => editAssignment(text, 'GRUB_CMDLINE_LINUX', edit));
  const loaderFacts: GrubRootFacts = { ...facts, defaults: [...(edited === undefined ? [] : [edited]), ...others] };
  const blsEntries = root.blsEntries.map((file) =>
    change(file, (text) => editBlsOptions(text, (options) => edit(options, 'single'))),
  );
  return { root: { ...root, loaderFacts, blsEntries }, files };
};
