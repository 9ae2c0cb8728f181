import { readCommandLineFile } from '../../formats/cmdline-file.ts';
import { commandLineFor, parseCommandLine } from '../../formats/kernel-command-line.ts';
import { compareKernels } from '../../model/kernel.ts';
import type { Entry, Menu, MenuGroup, MenuSettings } from '../../model/menu.ts';
import type { Observation, RootFacts } from '../../model/observation.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import { compareText } from '../../model/version-order.ts';
import { hasUnprintable } from '../../model/visible.ts';
import { findEntryOf, listBlsEntries } from '../../plan/interpret/bls-entries.ts';
import { textOf } from '../../plan/interpret/file-text.ts';
import type { CommandLines, LoaderFactsOf, LoaderView } from '../../plan/loader.ts';
import { readEntry } from './entry-file.ts';
import { type BlsPartition, blsPartition, entriesDirectory } from './facts.ts';
import { readDefault, readSetting } from './settings.ts';

/** What the files of the boot loader say about a root. */
export function readRoot(root: RootFacts, observation: Observation): LoaderView {
  const partition = blsPartition(root);
  return {
    menuDirectories:
      partition === undefined
        ? []
        : [{ on: 'boot' as const, path: entriesDirectory, exists: observation.boot !== undefined }],
    hasMenu: partition?.entries.some((file) => readEntry(file) !== undefined) === true,
    hasDistributionMenu: partition !== undefined,
    blocker: undefined,
    settings: interpretSettings(partition),
    // The entries of the distribution name all initrds.
    earlyInitrds: [],
    commandLines: (location) => interpretCommandLines(root, location),
    savedEntry: () => ({ release: undefined, foreign: undefined, pending: undefined }),
    relative: undefined,
  };
}

/** be-hook's menu; undefined if its entry for the default is missing or damaged. */
export function readMenu(root: LoaderFactsOf): Pick<Menu, 'default' | 'groups' | 'settings'> | undefined {
  const partition = blsPartition(root);
  if (partition === undefined) return undefined;
  const named = readDefault(partition.settings);
  const read = partition.entries.flatMap((file) => {
    const found = readEntry(file);
    return found === undefined ? [] : [{ ...found, isNamed: file.path.endsWith(`/${named}`) }];
  });
  // After a power cut there may be two entries for the default.
  const defaults = read.filter(({ kind }) => kind === 'default');
  const chosen = (defaults.find(({ isNamed }) => isNamed) ?? defaults[0])?.entry;
  if (chosen === undefined) return undefined;
  return {
    default: { be: chosen.be, release: chosen.release },
    groups: sortEntries(
      read.map(({ entry }) => entry),
      chosen,
    ),
    settings: { ...interpretSettings(partition), timeoutFixed: false },
  };
}

/** The entries in the order in which systemd-boot shows them, by their sort keys and versions. */
function sortEntries(read: readonly Entry[], chosen: Entry): readonly MenuGroup[] {
  const entries = [...read].sort((x, y) => Number(y === chosen) - Number(x === chosen) || compareKernels(x, y));
  const others = new Set(entries.map(({ be }) => be).filter((be) => be !== chosen.be));
  return [chosen.be, ...[...others].sort(compareText)].map((be): MenuGroup => {
    return { folded: false, be, entries: entries.filter((entry) => entry.be === be) };
  });
}

/** How long systemd-boot shows its menu (loader.conf(5), `timeout`). Without the setting it shows none. */
function interpretSettings(partition: BlsPartition | undefined): Omit<MenuSettings, 'timeoutFixed'> {
  const timeout = partition === undefined ? undefined : readSetting(partition.settings, 'timeout');
  if (timeout === 'menu-force') return { timeout: -1, timeoutStyle: 'menu' };
  const seconds = timeout !== undefined && /^[0-9]{1,6}$/.test(timeout) ? Number(timeout) : 0;
  return { timeout: seconds, timeoutStyle: seconds === 0 ? 'hidden' : 'menu' };
}

/**
 * The command lines of a root's kernels: that of the distribution's own entry, which kernel-install has made of
 * /etc/kernel/cmdline, or else that file. Returns `file-unreadable`, and `file-malformed` for control characters.
 */
function interpretCommandLines(
  root: RootFacts,
  location: Parameters<typeof commandLineFor>[1],
): CommandLines | Problem {
  const unreadable = textOf(root.commandLine);
  if (isProblem(unreadable)) return unreadable;
  const fixed = root.commandLine.kind === 'text' ? readCommandLineFile(root.commandLine.text) : '';
  const entries = listBlsEntries(root);
  return (release) => {
    const found = findEntryOf(entries, release);
    const own = found?.entry.allOptions ?? '';
    const [text, path] = own.trim() === '' ? [fixed, root.commandLine.path] : [own, found?.path ?? ''];
    if (hasUnprintable(text.replace(/\s/g, ' '))) {
      const why = 'the kernel command line has a control character';
      return { code: 'file-malformed', path, line: undefined, why, hint: 'correct the command line' };
    }
    return { options: commandLineFor(parseCommandLine(text), location), path, unknown: [], overlays: [] };
  };
}
