import type { BootEnvironment } from '../../lib/model/environment.ts';
import type { Menu } from '../../lib/model/menu.ts';
import type { Step } from '../../lib/model/step.ts';
import type { Loader } from '../../lib/plan/loader.ts';

/** A boot loader that exists only in memory. The text of its menu is JSON. Planners must support it like GRUB. */
export const jsonLoader: Loader = {
  readMenu: ({ menu }) => (menu.kind === 'text' ? (JSON.parse(menu.text) as Menu) : undefined),
  nameEntry: (_menu, { be, release }) => `${be}/${release}`,
  installMenu: (menu, environments) => {
    const text = JSON.stringify(menu);
    const steps = filesOf(environments).flatMap((file): readonly Step[] =>
      file.kind === 'text' && file.text === text
        ? []
        : [
            {
              kind: 'write-file',
              on: 'root',
              path: file.path,
              text,
              mode: 0o600,
              labelLike: undefined,
              reason: 'the menu changes',
            },
          ],
    );
    return { groups: [steps], unresolved: [] };
  },
  removeMenu: (_state, environments) => {
    const steps = filesOf(environments).flatMap((file): readonly Step[] =>
      file.kind === 'missing'
        ? []
        : [{ kind: 'remove-file', on: 'root', path: file.path, reason: 'the menu is given back' }],
    );
    return { groups: [steps], unresolved: [] };
  },
  refreshDistributionMenu: () => [],
};

function filesOf(
  environments: readonly BootEnvironment[],
): readonly BootEnvironment['menuDirectories'][number]['menu'][] {
  return environments
    .filter(({ maintained }) => maintained)
    .flatMap(({ menuDirectories }) => menuDirectories.map(({ menu }) => menu));
}
