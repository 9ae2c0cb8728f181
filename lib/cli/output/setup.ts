import { shownPath } from '../../model/place.ts';
import { visible } from '../../model/visible.ts';
import type { SetupPlaces } from '../../plan/setup-places.ts';
import type { PlanData } from './schema/plan.ts';
import type { SetupData } from './schema/setup.ts';
import { printTable } from './table.ts';

/** The fields of the answer of `setup` that other plans do not have. */
export function setupData(places: SetupPlaces): Omit<SetupData, keyof PlanData> {
  const { layout, boot, loader, menus, generatorScript, keptImages, unchanged } = places;
  return {
    layout,
    boot: boot ?? null,
    loader,
    menuFiles: menus.map((place) => `/${shownPath(place)}`),
    generatorScript: generatorScript === undefined ? null : `/${shownPath(generatorScript)}`,
    keptImages: keptImages === undefined ? null : `/${shownPath(keptImages)}`,
    unchanged: [...unchanged],
  };
}

/** The layout in one phrase: its name as `status` prints it, and the type of a separate /boot. */
export function layoutPhrase({ layout, boot }: SetupPlaces): string {
  return boot === undefined ? layout : `${layout} (${boot.type})`;
}

/** The layout, the loader and the places of be-hook's files, for people. */
export function printPlaces(places: SetupPlaces): string {
  const { loader, menuFiles, generatorScript, keptImages, unchanged } = setupData(places);
  const rows = [
    ['layout', layoutPhrase(places)],
    ['loader', loader],
    ...menuFiles.map((file) => ['menu', file]),
    ['generator script', generatorScript ?? 'not needed: there is no menu generator'],
    [
      'kernels',
      keptImages === null ? 'each environment has its own in its /boot' : `copies in ${keptImages}, when needed`,
    ],
    ...unchanged.map((part) => ['unchanged', part]),
  ];
  return printTable(rows.map(([key = '', value = '']) => [`${key}:`, visible(value)]));
}
