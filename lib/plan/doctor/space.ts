import type { HealthFinding } from '../../model/health.ts';
import type { World } from '../world.ts';

/** Findings about space that is about to run out. */
export function checkSpace({ observation: { filesystem, boot } }: World): readonly HealthFinding[] {
  const sizes = (boot?.files ?? []).map(({ size }) => size).toSorted((a, b) => b - a);
  const kernel = (sizes[0] ?? 0) + (sizes[1] ?? 0);
  return [
    ...(filesystem.free < filesystem.size * minimalShare
      ? [finding('less than 2 % of the btrfs is free', 'destroy environments: be-hook list --space shows their sizes')]
      : []),
    ...(boot !== undefined && boot.free < kernel
      ? [finding('/boot has no space for another kernel', 'erase old kernels, or destroy environments that have them')]
      : []),
  ];
}

/** btrfs needs free space even to delete. */
const minimalShare = 0.02;

function finding(message: string, remedy: string): HealthFinding {
  return { check: 'space', environment: undefined, message, remedy };
}
