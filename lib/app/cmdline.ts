import { grub } from '../bootloaders/grub/backend.ts';
import type { Plan } from '../model/step.ts';
import { type CommandLineChange, planCommandLine } from '../plan/cmdline.ts';
import { type ActOptions, act } from './act.ts';

/** Changes what the kernels of a boot environment get on their command line. */
export function changeCommandLine(options: ActOptions, change: CommandLineChange): Promise<Plan> {
  return act(options, (observation) => planCommandLine(observation, change, grub));
}
