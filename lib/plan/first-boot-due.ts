import type { FirstBoot } from '../model/first-boot.ts';
import type { Problem } from '../model/problem.ts';

/** Refuses what cannot be done with a boot environment before its first boot has made it complete. */
export function firstBootDue(name: string, { copies }: FirstBoot): Problem {
  return { code: 'first-boot-due', name, mountpoints: copies.map(({ mountpoint }) => mountpoint) };
}
