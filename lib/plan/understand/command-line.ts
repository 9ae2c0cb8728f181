import { parseBlsEntry } from '../../formats/bls-entry.ts';
import { commandLineFor, parseCommandLine, type RootLocation } from '../../formats/kernel-command-line.ts';
import type { Assignments } from '../../formats/shell-assignments.ts';
import type { RootFacts } from '../../model/observation.ts';
import { BeHookError } from '../../model/problem.ts';
import { hasUnprintable } from '../../model/visible.ts';
import { textOf } from './file-text.ts';

/** Gives each kernel release of a boot environment its command line. */
export type CommandLines = (release: string) => readonly string[];

/**
 * The command lines of a boot environment, from its own files only: /etc/kernel/cmdline (kernel-install(8)), else the
 * BLS entry of the release, else what the distribution's generator would take from /etc/default/grub. /proc/cmdline is
 * never looked at: it belongs to another environment as often as not (INV-7). Throws `file-malformed` for control
 * characters.
 */
export function understandCommandLines(root: RootFacts, defaults: Assignments, location: RootLocation): CommandLines {
  const fixed = textOf(root.commandLine)?.trim() ?? '';
  const entries = root.blsEntries.flatMap((file) => {
    const text = textOf(file);
    const entry = parseBlsEntry(text ?? '');
    // Options that are nothing but GRUB's variables ($kernelopts, as RHEL 8 has them) say nothing here.
    const says = parseCommandLine(entry.options).some((word) => !word.startsWith('$'));
    return text === undefined || !says ? [] : [{ path: file.path, entry }];
  });
  const fromDefaults = ['GRUB_CMDLINE_LINUX', 'GRUB_CMDLINE_LINUX_DEFAULT']
    .map((name) => defaults.get(name) ?? '')
    .join(' ');
  return (release) => {
    const bls = entries.find(({ entry }) => entry.version === release || entry.linux?.endsWith(`-${release}`));
    const [text, path] =
      fixed !== ''
        ? [fixed, root.commandLine.path]
        : bls !== undefined
          ? [bls.entry.options, bls.path]
          : [fromDefaults, root.grubDefaults[0]?.path ?? ''];
    if (hasUnprintable(text.replace(/\s/g, ' '))) {
      const why = 'there is a control character in the kernel command line';
      throw new BeHookError({
        code: 'file-malformed',
        path,
        line: undefined,
        why,
        hint: 'write the command line anew',
      });
    }
    return commandLineFor(parseCommandLine(text), location);
  };
}
