import { loaderOf } from '../bootloaders/index.ts';
import { listUndigested } from '../plan/interpret/undigested.ts';
import { type World, worldOf } from '../plan/world.ts';
import { type ObserveOptions, observe } from '../system/observe.ts';
import type { Session } from '../system/session.ts';

/**
 * Observes a file system, and the boot loader that starts the machine from it. On a separate /boot it reads the content
 * of files that changed, if several environments have the release. Throws what `observe` throws.
 */
export async function observeWorld(session: Session, options: ObserveOptions = {}): Promise<World> {
  const digests: ObserveOptions['digests'] = (facts) => listUndigested(facts, false);
  const observation = await observe(session, { digests, ...options });
  return worldOf(observation, loaderOf(observation));
}

/** What to observe in addition where the command copies an environment: the content of all kernels on a separate /boot. */
export const beforeCopy: ObserveOptions = { digests: (facts) => listUndigested(facts, true) };
