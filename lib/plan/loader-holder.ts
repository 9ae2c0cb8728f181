import type { BootEnvironment, SystemState } from '../model/environment.ts';
import { compareAge } from '../model/environment-age.ts';
import { directoryOf } from './subvolume-set.ts';

/**
 * Why GRUB would not start any more without this boot environment; undefined where it would. A stub on the EFI system
 * partition says in whose home GRUB begins. Without one it is where grub-install was run last: its core image is younger
 * there than the environment, while a clone has its source's.
 */
export function holdsLoader(environment: BootEnvironment, state: SystemState): string | undefined {
  const { stubs, firmware } = state.tools;
  const here = stubs.filter((stub) => stub.filesystemUuid === state.filesystemUuid);
  if (here.length > 0) {
    const stub = here.find(({ home }) => environment.homes.some(({ path }) => path === home));
    return stub === undefined ? undefined : `/${stub.path} leads to /${stub.home}`;
  }
  const holder = findInstalled(state.environments);
  if (holder !== undefined) {
    const [home] = environment.homes;
    return holder === environment ? `grub-install was last run for /${home?.path ?? ''}` : undefined;
  }
  const efi = firmware === 'uefi' || environment.mountsEfi;
  if (!efi || directoryOf(environment.subvolume) !== undefined) return undefined;
  return 'the EFI system partition, which is not readable here, may lead to it';
}

function findInstalled(environments: readonly BootEnvironment[]): BootEnvironment | undefined {
  const installed = environments
    .map((environment) => ({
      environment,
      time: Math.max(0, ...environment.homes.map((home) => home.grubInstalled ?? 0)),
    }))
    .filter(({ time }) => time > 0);
  const own = installed.filter(({ environment, time }) => time >= environment.created).sort((a, b) => b.time - a.time);
  const oldest = [...installed].sort((a, b) => compareAge(a.environment, b.environment));
  return (own[0] ?? oldest[0])?.environment;
}
