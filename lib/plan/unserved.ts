import type { SystemState } from '../model/environment.ts';
import type { Problem } from '../model/problem.ts';

/**
 * Why be-hook keeps no menu on this machine: the layout of the running environment, of the default one, or of the
 * default subvolume from which GRUB resolves paths. Undefined if be-hook keeps one. The menu merely leaves out other
 * environments with an unsupported layout.
 */
export function findUnserved({ environments, defaultSubvolume }: SystemState): Problem | undefined {
  const decisive = environments.filter(
    ({ active, running, layout, subvolume }) =>
      active || running || (layout.kind === 'snapshot-booting' && subvolume.id === defaultSubvolume),
  );
  return decisive.flatMap(({ problems }) => problems).find(({ code }) => code === 'layout-unsupported');
}
