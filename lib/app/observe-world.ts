import { loader } from '../bootloaders/index.ts';
import { type World, worldOf } from '../plan/world.ts';
import { type ObserveOptions, observe } from '../system/observe.ts';
import type { Session } from '../system/session.ts';

/** Observes a file system, and the boot loader that starts the machine from it. Throws what `observe` throws. */
export async function observeWorld(session: Session, options?: ObserveOptions): Promise<World> {
  return worldOf(await observe(session, options), loader);
}
