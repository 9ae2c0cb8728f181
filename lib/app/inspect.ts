import type { SystemState } from '../model/environment.ts';
import type { Menu } from '../model/menu.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Where } from '../model/where.ts';
import { planSync } from '../plan/sync.ts';
import type { World } from '../plan/world.ts';
import { findHooks } from '../system/hooks.ts';
import { withSession } from '../system/session.ts';
import { observeWorld } from './observe-world.ts';

/** Observes a file system without changing anything or waiting for another process. */
export function look(where: Where | undefined): Promise<World> {
  return withSession({ where, write: false, lockSeconds: 0, lists: true }, (session) => observeWorld(session));
}

/** The boot environments of a file system and everything known about them. */
export async function inspect(where: Where | undefined): Promise<SystemState> {
  return (await look(where)).state;
}

/** The facts about a machine, beyond its boot environments. */
export interface MachineFacts {
  readonly world: World;
  /** The installed hooks of be-hook. */
  readonly hooks: readonly string[];
}

/** Inspects a file system and, where it is the running one, the machine around it. */
export async function inspectMachine(where: Where | undefined): Promise<MachineFacts> {
  const world = await look(where);
  return { world, hooks: world.state.runs ? findHooks() : [] };
}

/**
 * The menu that the boot loader shows: the files of the active boot environment on disk. Undefined when be-hook did not
 * write them.
 */
export function menuOnDisk({ state, loader }: World): Menu | undefined {
  const [menu] = state.environments.flatMap((environment) => loader.readMenus(environment));
  return menu;
}

/** How many steps a sync would take now, or why it would refuse. */
export function pendingSync(world: World): number | Problem {
  const plan = planSync(world, { refreshDistributionMenu: true });
  return isProblem(plan) ? plan : (plan.unresolved[0] ?? plan.steps.length);
}
