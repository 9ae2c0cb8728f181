import type { Plan } from '../model/step.ts';
import {
  type PackagesIntent,
  planBeforePackages,
  planRestorePoint,
  type RestorePointIntent,
} from '../plan/restore-point.ts';
import { type ActOptions, act } from './act.ts';
import { beforeCopy } from './observe-world.ts';

/** Keeps the running boot environment in a copy that be-hook may delete later. */
export function createRestorePoint(options: ActOptions, intent: RestorePointIntent): Promise<Plan> {
  return act({ ...options, observe: { ...beforeCopy, uses: 'always' } }, (world) => planRestorePoint(world, intent));
}

/** Does what the settings require before packages change. */
export function beforePackages(options: ActOptions, intent: PackagesIntent): Promise<Plan> {
  return act({ ...options, observe: { ...beforeCopy, uses: 'always' } }, (world) => planBeforePackages(world, intent));
}
