import { grub } from '../bootloaders/grub/backend.ts';
import type { Plan } from '../model/step.ts';
import { understandState } from '../plan/understand/state.ts';
import { planUninstall } from '../plan/uninstall.ts';
import { type ActOptions, act } from './act.ts';

/** Gives the boot menu back to the distribution. */
export function uninstall(options: ActOptions): Promise<Plan> {
  return act(options, (observation) => planUninstall(understandState(observation), grub));
}
