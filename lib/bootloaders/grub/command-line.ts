import { readCommandLineFile } from '../../formats/cmdline-file.ts';
import { commandLineFor, parseCommandLine, type RootLocation } from '../../formats/kernel-command-line.ts';
import { type Assignments, isAssignmentFault, parseAssignments } from '../../formats/shell-assignments.ts';
import type { FileText, RootFacts } from '../../model/observation.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import { hasUnprintable } from '../../model/visible.ts';
import { findEntryOf, idOfEntry, isIdOf, listBlsEntries } from '../../plan/interpret/bls-entries.ts';
import { textOf } from '../../plan/interpret/file-text.ts';
import type { CommandLines } from '../../plan/loader.ts';
import { scanDistributionMenu } from './distribution-menu.ts';
import { parseEnvironmentBlock } from './environment-block.ts';
import { grubRoot } from './facts.ts';
import { isDistributions } from './hand-over.ts';
import { expandVariables, readGrubVariable } from './variables.ts';

interface Source {
  readonly text: string;
  readonly path: string;
}

/**
 * Derives the command lines of a boot environment, from its own files only. If GRUB makes its menu of BLS entries, the
 * release's own entry has its command line, and /etc/kernel/cmdline is for the next kernel (Fedora's 20-grub.install).
 * Otherwise /etc/kernel/cmdline comes first (kernel-install(8)). After both comes the command line that the
 * distribution's generator would take from /etc/default/grub. be-hook never reads /proc/cmdline for that, because it
 * often belongs to another environment. Returns `file-unreadable`, and for control characters `file-malformed`.
 */
export function interpretCommandLines(
  root: RootFacts,
  defaults: Assignments,
  location: RootLocation,
): CommandLines | Problem {
  const unreadable = textOf(root.commandLine);
  if (isProblem(unreadable)) return unreadable;
  const unread = ignoresBlsEntries(root) ? [] : listUnread(root.blsEntries);
  const variables = findVariables(root);
  const isBls = readsBlsEntries(root);
  const { commandLine } = root;
  const line = commandLine.kind === 'text' ? commandLine.text : '';
  const fixed = { text: readCommandLineFile(line), path: commandLine.path };
  const entries = listBlsEntries(root);
  const names = ['GRUB_CMDLINE_LINUX', 'GRUB_CMDLINE_LINUX_DEFAULT'];
  const text = names.map((name) => defaults.get(name) ?? '').join(' ');
  const fromDefaults = { text, path: grubRoot(root).defaults[0]?.path ?? '' };
  return (release) => {
    const found = findEntryOf(entries, release);
    const bls = { text: found?.entry.options ?? '', path: found?.path ?? '' };
    const isTuned = isBls && found?.entry.initrds.some((word) => /^\$\{?tuned_initrd\}?$/.test(word)) === true;
    const overlays = isTuned ? (variables.get('tuned_initrd') ?? '').split(/\s+/).filter((word) => word !== '') : [];
    const order: readonly Source[] = isBls ? [bls, fixed] : [fixed, bls];
    const hidden = unread.find(({ id }) => isIdOf(id, release)) ?? (found === undefined ? unread[0] : undefined);
    const problems = unread.map(({ problem }) => problem);
    for (const source of [...order, fromDefaults]) {
      const expanded = expandVariables(source.text, variables, isBls && source === bls ? 'everywhere' : 'words');
      const controls = findControls({ text: expanded.text, path: source.path });
      if (controls !== undefined) return controls;
      if (source !== fromDefaults && expanded.text.trim() === '') continue;
      if (source === fromDefaults && hidden !== undefined) return hidden.problem;
      const options = commandLineFor(parseCommandLine(expanded.text), location);
      const unknown = expanded.unknown.filter((name) => name !== perBoot);
      const isDoubtful = hidden !== undefined && source === (isBls ? fixed : bls);
      return { options, path: source.path, unknown, overlays, unread: { problems, isDoubtful } };
    }
    return { options: commandLineFor([], location), path: '', unknown: [], overlays };
  };
}

/** The boot loader entries that cannot be read. The name of a file tells for which kernel it is. */
function listUnread(entries: readonly FileText[]): readonly { readonly id: string; readonly problem: Problem }[] {
  return entries.flatMap((file) => {
    const problem = textOf(file);
    return isProblem(problem) ? [{ id: idOfEntry(file), problem }] : [];
  });
}

/** SUSE's GRUB sets it when it boots a read-only snapshot. be-hook writes it into no entry. */
const perBoot = 'extra_cmdline';

/** Whether the distribution's menu consists of BLS entries. */
export function readsBlsEntries(root: RootFacts): boolean {
  return grubRoot(root).menuDirectories.some(
    ({ grubCfg }) => grubCfg.kind === 'text' && scanDistributionMenu(grubCfg.text).bls,
  );
}

/** Whether the distribution has a menu of its own that takes nothing from BLS entries. */
function ignoresBlsEntries(root: RootFacts): boolean {
  return grubRoot(root).menuDirectories.some(({ grubCfg }) => isDistributions(grubCfg)) && !readsBlsEntries(root);
}

/**
 * The values of GRUB's variables in command lines. For `kernelopts` grubenv comes before the grub.cfg, because 10_linux
 * sets the variable only if it is empty. tuned keeps its variables in grubenv and /etc/tuned/bootcmdline
 * (plugin_bootloader.py). The lines that 00_tuned writes into grub.cfg come first, because GRUB executes them after it
 * has read grubenv.
 */
function findVariables(root: RootFacts): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const { tuned } = root.loaderSetting;
  const assigned = parseAssignments(tuned.kind === 'text' ? tuned.text : '');
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) values.set(name, value);
  };
  if (!isAssignmentFault(assigned)) {
    set('tuned_params', assigned.get('TUNED_BOOT_CMDLINE'));
    set('tuned_initrd', assigned.get('TUNED_BOOT_INITRD_ADD'));
  }
  for (const { grubCfg, grubenv } of grubRoot(root).menuDirectories) {
    const variables = grubenv.kind === 'text' ? parseEnvironmentBlock(grubenv.text) : undefined;
    const inCfg = (name: string): string | undefined =>
      grubCfg.kind === 'text' ? readGrubVariable(grubCfg.text, name) : undefined;
    for (const name of ['tuned_params', 'tuned_initrd']) set(name, inCfg(name) ?? variables?.get(name));
    set('kernelopts', variables?.get('kernelopts') || inCfg('kernelopts'));
  }
  return values;
}

function findControls({ text, path }: Source): Problem | undefined {
  if (!hasUnprintable(text.replace(/\s/g, ' '))) return undefined;
  const why = 'the kernel command line has a control character';
  return { code: 'file-malformed', path, line: undefined, why, hint: 'correct the command line' };
}
