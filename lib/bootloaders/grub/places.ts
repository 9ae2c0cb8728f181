import { onRoot } from '../../model/place.ts';
import type { LoaderFactsOf, LoaderPlaces } from '../../plan/loader.ts';
import { grubRoot } from './facts.ts';
import { generatorScriptName } from './hand-over.ts';
import { menuFileName } from './render-menu.ts';

/** The places of the menu in each GRUB directory, and of the script that grub-mkconfig runs. */
export function placesOf(root: LoaderFactsOf): LoaderPlaces {
  const { menuDirectories, generatorDirectory } = grubRoot(root);
  return {
    menus: menuDirectories.map(({ on, path }) => ({ on, path: `${path}/${menuFileName}` })),
    generatorScript:
      generatorDirectory === undefined ? undefined : onRoot(`${generatorDirectory}/${generatorScriptName}`),
  };
}
