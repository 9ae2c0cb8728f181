import type { SystemState } from '../../model/environment.ts';
import { isSamePlace } from '../../model/place.ts';
import type { Step } from '../../model/step.ts';
import { scanDistributionMenu } from './distribution-menu.ts';
import { grubMachine, grubRoot } from './facts.ts';
import { isOwnGrubCfg } from './hand-over.ts';

/**
 * The step that regenerates the distribution's own menu of the running system, if the menu lacks a bootable kernel or
 * has a deleted one. GRUB makes a menu of BLS entries at each boot, so such a menu needs no step.
 */
export function planRefresh(state: SystemState): readonly Step[] {
  const running = state.environments.find((environment) => environment.running);
  const { mkconfig, scriptCheck } = grubMachine(state.tools);
  if (running === undefined || mkconfig === undefined) return [];
  if (running.problems.some(({ code }) => code === 'layout-unsupported')) return [];
  if (!running.config.refreshDistributionMenu) return [];
  // The generator uses the names in /boot, also for links (openSUSE: to /usr/lib/modules).
  const names = running.bootEntries.map(({ name }) => name);
  const kernelNames = running.kernels
    .filter(({ rescue }) => !rescue)
    .map(({ image }) => running.bootEntries.filter(({ target }) => isSamePlace(target, image)).map(({ name }) => name))
    .filter((aliases) => aliases.length > 0);
  return grubRoot(running).menuDirectories.flatMap(({ on, grubCfg, inPlace }): readonly Step[] => {
    // The administrator's own grub2-mkconfig replaces the file, where be-hook cannot do that safely.
    if (grubCfg.kind !== 'text' || isOwnGrubCfg(grubCfg.text) || inPlace !== undefined) return [];
    const { bls, generated, images } = scanDistributionMenu(grubCfg.text);
    if (bls || !generated) return [];
    const missing = kernelNames.filter((aliases) => !aliases.some((name) => images.has(name)));
    const deleted = [...images].filter((image) => /^vmlinuz-./.test(image) && !names.includes(image));
    if (missing.length === 0 && deleted.length === 0) return [];
    const reason = "the distribution's own menu does not match its kernels";
    const { path } = grubCfg;
    return [{ kind: 'refresh-distribution-menu', on, path, generator: mkconfig, check: scriptCheck, reason }];
  });
}
