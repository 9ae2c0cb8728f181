import { readCommandLineFile } from '../../formats/cmdline-file.ts';
import { scanDistributionMenu } from '../../formats/distribution-menu.ts';
import { parseEnvironmentBlock } from '../../formats/environment-block.ts';
import { expandVariables, readGrubVariable } from '../../formats/grub-variables.ts';
import { commandLineFor, parseCommandLine, type RootLocation } from '../../formats/kernel-command-line.ts';
import { type Assignments, isAssignmentFault, parseAssignments } from '../../formats/shell-assignments.ts';
import type { RootFacts } from '../../model/observation.ts';
import { BeHookError } from '../../model/problem.ts';
import { hasUnprintable } from '../../model/visible.ts';
import { findEntryOf, listBlsEntries } from './bls-entries.ts';
import { textOf } from './file-text.ts';

/** The command line of one kernel. */
export interface CommandLine {
  readonly options: readonly string[];
  /** The file that it is from. */
  readonly path: string;
  /** GRUB's variables in it that have no known value. */
  readonly unknown: readonly string[];
  /** What tuned has loaded behind the initramfs (`$tuned_initrd`), as it names it. */
  readonly overlays: readonly string[];
}

/** Gives each kernel release of a boot environment its command line. */
export type CommandLines = (release: string) => CommandLine;

interface Source {
  readonly text: string;
  readonly path: string;
}

/**
 * The command lines of a boot environment, from its own files only. Where GRUB makes its menu of BLS entries the release's own
 * entry is its command line, and /etc/kernel/cmdline is for the next kernel (Fedora's 20-grub.install); elsewhere
 * /etc/kernel/cmdline comes first (kernel-install(8)). After both comes what the distribution's generator would take from
 * /etc/default/grub. /proc/cmdline is never looked at: it belongs to another environment as often as not. Throws
 * `file-malformed` for control characters.
 */
export function understandCommandLines(root: RootFacts, defaults: Assignments, location: RootLocation): CommandLines {
  const variables = findVariables(root);
  const isBls = readsBlsEntries(root);
  const fixed = { text: readCommandLineFile(textOf(root.commandLine) ?? ''), path: root.commandLine.path };
  const entries = listBlsEntries(root);
  const names = ['GRUB_CMDLINE_LINUX', 'GRUB_CMDLINE_LINUX_DEFAULT'];
  const text = names.map((name) => defaults.get(name) ?? '').join(' ');
  const fromDefaults = { text, path: root.grubDefaults[0]?.path ?? '' };
  return (release) => {
    const found = findEntryOf(entries, release);
    const bls = { text: found?.entry.options ?? '', path: found?.path ?? '' };
    const isTuned = isBls && found?.entry.initrds.some((word) => /^\$\{?tuned_initrd\}?$/.test(word)) === true;
    const overlays = isTuned ? (variables.get('tuned_initrd') ?? '').split(/\s+/).filter((word) => word !== '') : [];
    const order: readonly Source[] = isBls ? [bls, fixed] : [fixed, bls];
    for (const source of [...order, fromDefaults]) {
      const expanded = expandVariables(source.text, variables, isBls && source === bls ? 'everywhere' : 'words');
      refuseControls({ text: expanded.text, path: source.path });
      if (source !== fromDefaults && expanded.text.trim() === '') continue;
      const options = commandLineFor(parseCommandLine(expanded.text), location);
      const unknown = expanded.unknown.filter((name) => name !== perBoot);
      return { options, path: source.path, unknown, overlays };
    }
    return { options: commandLineFor([], location), path: '', unknown: [], overlays };
  };
}

/** What SUSE's GRUB fills in when a read-only snapshot is booted; it belongs into no entry that is written down. */
const perBoot = 'extra_cmdline';

/** Whether the distribution's menu consists of BLS entries. */
export function readsBlsEntries({ homes }: RootFacts): boolean {
  return homes.some(({ grubCfg }) => grubCfg.kind === 'text' && scanDistributionMenu(grubCfg.text).bls);
}

/**
 * The values that GRUB's variables have in command lines. grubenv comes before the grub.cfg for `kernelopts`, which 10_linux sets
 * only where it is empty. tuned keeps its own in grubenv and /etc/tuned/bootcmdline (plugin_bootloader.py), and what 00_tuned writes
 * into grub.cfg comes first, because GRUB executes it after it has read grubenv.
 */
function findVariables({ homes, loaderSetting }: RootFacts): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const { tuned } = loaderSetting;
  const assigned = parseAssignments(tuned.kind === 'text' ? tuned.text : '');
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) values.set(name, value);
  };
  if (!isAssignmentFault(assigned)) {
    set('tuned_params', assigned.get('TUNED_BOOT_CMDLINE'));
    set('tuned_initrd', assigned.get('TUNED_BOOT_INITRD_ADD'));
  }
  for (const { grubCfg, grubenv } of homes) {
    const kept = grubenv.kind === 'text' ? parseEnvironmentBlock(grubenv.text) : undefined;
    const inCfg = (name: string): string | undefined =>
      grubCfg.kind === 'text' ? readGrubVariable(grubCfg.text, name) : undefined;
    for (const name of ['tuned_params', 'tuned_initrd']) set(name, inCfg(name) ?? kept?.get(name));
    set('kernelopts', kept?.get('kernelopts') || inCfg('kernelopts'));
  }
  return values;
}

function refuseControls({ text, path }: Source): void {
  if (!hasUnprintable(text.replace(/\s/g, ' '))) return;
  const why = 'the kernel command line has a control character';
  throw new BeHookError({ code: 'file-malformed', path, line: undefined, why, hint: 'correct the command line' });
}
