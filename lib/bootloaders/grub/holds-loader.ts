import type { BootEnvironment, SystemState } from '../../model/environment.ts';
import { compareAge } from '../../model/environment-age.ts';
import { directoryOf } from '../../plan/subvolume-set.ts';
import { grubMachine, grubRoot } from './facts.ts';

/**
 * Why GRUB would no longer start without this boot environment; undefined if it would. A stub on the EFI system
 * partition names the GRUB directory where GRUB begins. Without a stub it is the directory for which grub-install was
 * run last. The core image in it is younger than its environment, but a clone has the older core image of its source.
 */
export function holdsLoader(environment: BootEnvironment, state: SystemState): string | undefined {
  // No environment contains a GRUB directory on a separate /boot.
  if (!grubRoot(environment).menuDirectories.some(({ on }) => on === 'root')) return undefined;
  const { stubs } = grubMachine(state.tools);
  const here = stubs.filter((stub) => stub.filesystemUuid === state.filesystemUuid);
  // Where the default subvolume chooses the GRUB directory, a loader needs no environment but the default one.
  if (environment.layout.kind === 'snapshot-booting' && !here.some(({ relative }) => !relative)) return undefined;
  if (here.length > 0) {
    const stub = here.find(
      ({ menuDirectory, relative }) =>
        !(relative && state.followsDefault) &&
        grubRoot(environment).menuDirectories.some(({ path }) => path === menuDirectory),
    );
    return stub === undefined ? undefined : `/${stub.path} leads to /${stub.menuDirectory}`;
  }
  const holder = findInstalled(state.environments);
  if (holder !== undefined) {
    const [menuDirectory] = grubRoot(environment).menuDirectories;
    return holder === environment ? `grub-install was last run for /${menuDirectory?.path ?? ''}` : undefined;
  }
  const efi = state.tools.firmware === 'uefi' || environment.mountsEfi;
  if (!efi || directoryOf(environment.subvolume) !== undefined) return undefined;
  return 'the EFI system partition, which is not readable here, may lead to it';
}

function findInstalled(environments: readonly BootEnvironment[]): BootEnvironment | undefined {
  const installed = environments
    .map((environment) => ({
      environment,
      time: Math.max(
        0,
        ...grubRoot(environment).menuDirectories.map((menuDirectory) => menuDirectory.grubInstalled ?? 0),
      ),
    }))
    .filter(({ time }) => time > 0);
  const own = installed.filter(({ environment, time }) => time >= environment.created).sort((a, b) => b.time - a.time);
  const oldest = [...installed].sort((a, b) => compareAge(a.environment, b.environment));
  return (own[0] ?? oldest[0])?.environment;
}
