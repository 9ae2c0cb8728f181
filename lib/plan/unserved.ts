import type { SystemState } from '../model/environment.ts';
import type { Problem } from '../model/problem.ts';

/**
 * Why be-hook keeps no menu on this machine: the layout of what runs, of what boots by default, or of the default subvolume from
 * which GRUB looks paths up. Undefined where it does. Other environments are merely left out of the menu.
 */
export function findUnserved({ environments, defaultSubvolume }: SystemState): Problem | undefined {
  const decisive = environments.filter(
    ({ active, running, layout, subvolume }) =>
      active || running || (layout.kind === 'snapshot-booting' && subvolume.id === defaultSubvolume),
  );
  return decisive.flatMap(({ problems }) => problems).find(({ code }) => code === 'layout-unsupported');
}
