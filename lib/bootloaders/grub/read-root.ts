import type { Assignments } from '../../formats/shell-assignments.ts';
import type { Observation, RootFacts } from '../../model/observation.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import type { LoaderFactsOf, LoaderView } from '../../plan/loader.ts';
import { interpretCommandLines } from './command-line.ts';
import { findCustomFile } from './custom-file.ts';
import { interpretGrubDefaults } from './defaults.ts';
import { scanDistributionMenu } from './distribution-menu.ts';
import { grubRoot, type MenuDirectoryFacts } from './facts.ts';
import type { MenuConsole } from './grub-menu.ts';
import { handsOver, isDistributions } from './hand-over.ts';
import { interpretConsole, interpretMenuSettings } from './menu-settings.ts';
import { findRelative } from './relative-paths.ts';
import { interpretSavedEntry } from './saved-entry.ts';

/** What GRUB's files in a root say. */
export function readRoot(root: RootFacts, observation: Observation): LoaderView {
  const { menuDirectories, generatorScript } = grubRoot(root);
  const { defaults, blocker } = readDefaults(root);
  // One intact file of the menu is sufficient. The others may be damaged, and the next sync repairs them.
  const inMenuDirectories = menuDirectories.some(isShowing);
  return {
    menuDirectories: menuDirectories.map(({ on, path, exists }) => ({ on, path, exists })),
    hasMenu: inMenuDirectories || generatorScript.kind !== 'missing',
    hasDistributionMenu: menuDirectories.some(({ grubCfg }) => isDistributions(grubCfg)),
    blocker,
    settings: interpretMenuSettings(defaults),
    earlyInitrds: listEarlyInitrds(defaults),
    commandLines: (location) => interpretCommandLines(root, defaults, location),
    savedEntry: (name, kernels) => interpretSavedEntry(root, name, kernels),
    relative: findRelative(root, observation),
  };
}

/** be-hook cannot remove its lines from a grub.cfg that it cannot replace safely. There only its own files count. */
function isShowing({ menu, grubCfg, inPlace }: MenuDirectoryFacts): boolean {
  if (menu.kind !== 'missing') return true;
  if (inPlace === undefined) return handsOver(grubCfg);
  return inPlace.menus.some(({ kind }) => kind !== 'missing') || findCustomFile(inPlace.custom) === 'own';
}

/** The terminals and the protection of the distribution's menu. Undefined is a root without any setting. */
export function readConsole(root: LoaderFactsOf | undefined): MenuConsole {
  const { defaults } = root === undefined ? { defaults: new Map() } : readDefaults(root);
  const texts = (root === undefined ? [] : grubRoot(root).menuDirectories).flatMap(({ grubCfg }) =>
    grubCfg.kind === 'text' ? [grubCfg.text] : [],
  );
  return interpretConsole(
    defaults,
    texts.every((text) => scanDistributionMenu(text).unrestricted),
  );
}

/** GRUB's settings; none where be-hook cannot interpret them. */
function readDefaults(root: LoaderFactsOf): { readonly defaults: Assignments; readonly blocker: Problem | undefined } {
  const defaults = interpretGrubDefaults(grubRoot(root).defaults);
  return isProblem(defaults) ? { defaults: new Map(), blocker: defaults } : { defaults, blocker: undefined };
}

/** The names that grub-mkconfig knows (GRUB_EARLY_INITRD_LINUX_STOCK), and those that the administrator adds. */
function listEarlyInitrds(defaults: Assignments): readonly string[] {
  const stock = 'intel-uc.img intel-ucode.img amd-uc.img amd-ucode.img early_ucode.cpio microcode.cpio';
  const custom = defaults.get('GRUB_EARLY_INITRD_LINUX_CUSTOM') ?? '';
  return `${defaults.get('GRUB_EARLY_INITRD_LINUX_STOCK') ?? stock} ${custom}`.split(/\s+/);
}
