import { grub } from '../bootloaders/grub/backend.ts';
import type { Plan } from '../model/step.ts';
import type { AdoptIntent } from '../plan/adopt.ts';
import { planSetup } from '../plan/setup.ts';
import { type ActOptions, act } from './act.ts';

/** Makes a root a boot environment and puts the menu in place, or throws a refusal and changes nothing. */
export function setUp(options: ActOptions, intent: AdoptIntent): Promise<Plan> {
  const candidates = (): readonly string[] => (intent.path === undefined ? [] : [intent.path]);
  return act({ ...options, look: { candidates } }, (observation) => planSetup(observation, intent, grub));
}
