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
 * The menu that GRUB shows: what the active boot environment's home has on disk. Undefined when that is none of ours.
 */
export function menuOnDisk(state: SystemState): Menu | undefined {
  const [home] = state.environments.flatMap((environment) => environment.homes);
  return home === undefined ? undefined : grub.readMenu(home);
}

/** How many steps a sync would take now, or why it would refuse. */
export function pendingSync(state: SystemState): number | Problem {
  const plan = planSync(state, { refreshDistributionMenu: true }, grub);
  return isProblem(plan) ? plan : (plan.unresolved[0] ?? plan.steps.length);
}
