import type { Observation } from '../model/observation.ts';
import type { Loader } from '../plan/loader.ts';
import { bls } from './bls/backend.ts';
import { blsName } from './bls/facts.ts';
import { grub } from './grub/backend.ts';

/** The boot loader of the observed machine. To add one, add a folder beside this file and a line here. */
export function loaderOf({ tools }: Pick<Observation, 'tools'>): Loader {
  return tools.loaderFacts.loader === blsName ? bls : grub;
}
