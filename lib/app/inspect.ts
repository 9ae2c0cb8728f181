import { grub } from '../bootloaders/grub/backend.ts';
import type { SystemState } from '../model/environment.ts';
import type { Menu } from '../model/menu.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { planSync } from '../plan/sync.ts';
import { understandState } from '../plan/understand/state.ts';
import { look } from './act.ts';

/** The boot environments of a file system and everything known about them. */
export async function inspect(where: string | undefined): Promise<SystemState> {
  return understandState(await look(where));
}

/**
 * The menu that GRUB shows: what the homes have on disk, the active boot environment's first. Undefined when no home
 * has any of ours.
 */
export function menuOnDisk(state: SystemState): Menu | undefined {
  const homes = state.environments.flatMap((environment) => environment.homes);
  return homes.map((home) => grub.readMenu(home)).find((menu) => menu !== undefined);
}

/** How many steps a sync would take now, or why it would refuse. */
export function pendingSync(state: SystemState): number | Problem {
  const plan = planSync(state, { refreshDistributionMenu: true }, grub);
  return isProblem(plan) ? plan : (plan.unresolved[0] ?? plan.steps.length);
}
