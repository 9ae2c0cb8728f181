import type { FirstBoot } from '../model/first-boot.ts';
import type { Problem } from '../model/problem.ts';

/** The refusal of a command that needs a complete boot environment, before the first boot has made it complete. */
export function firstBootDue(name: string, { copies }: FirstBoot): Problem {
  return { code: 'first-boot-due', name, mountpoints: copies.map(({ mountpoint }) => mountpoint) };
}
