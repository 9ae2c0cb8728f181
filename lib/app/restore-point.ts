import type { Plan } from '../model/step.ts';
import {
  type PackagesIntent,
  planBeforePackages,
  planRestorePoint,
  type RestorePointIntent,
} from '../plan/restore-point.ts';
import { type ActOptions, act } from './act.ts';

/** Keeps the running boot environment in a copy that be-hook may delete later. */
export function createRestorePoint(options: ActOptions, intent: RestorePointIntent): Promise<Plan> {
  return act({ ...options, observe: { uses: 'always' } }, (world) => planRestorePoint(world, intent));
}

/** Does what the settings require before packages change. */
export function beforePackages(options: ActOptions, intent: PackagesIntent): Promise<Plan> {
  return act({ ...options, observe: { uses: 'always' } }, (world) => planBeforePackages(world, intent));
}
