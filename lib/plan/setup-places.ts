import type { BootLayout } from '../model/boot-layout.ts';
import type { BootEnvironment } from '../model/environment.ts';
import type { FilesystemType } from '../model/filesystem-type.ts';
import { keptDirectory } from '../model/kernel-record.ts';
import { onBoot, type Place } from '../model/place.ts';
import type { World } from './world.ts';

/** What `setup` found on the machine, the places of be-hook's files, and the parts of the machine that it leaves as they are. */
export interface SetupPlaces {
  readonly layout: BootLayout['kind'];
  /** The separate /boot; undefined if the environment has its own /boot. */
  readonly boot: { readonly uuid: string; readonly type: FilesystemType } | undefined;
  /** The loader, and how the machine starts it, for people. */
  readonly loader: string;
  /** The files with the menu. */
  readonly menus: readonly Place[];
  /** The script that makes the distribution's menu generator keep the menu; undefined if it has no generator. */
  readonly generatorScript: Place | undefined;
  /** The directory for copies of kernels; undefined if every environment has its kernels in its own /boot. */
  readonly keptImages: Place | undefined;
  /** The parts of the machine that `setup` does not change, for people. */
  readonly unchanged: readonly string[];
}

/** See `SetupPlaces`. The layout of the environment must be a supported one. */
export function setupPlaces({ loader, state, observation }: World, environment: BootEnvironment): SetupPlaces {
  const { menus, generatorScript } = loader.placesOf(environment);
  const boot = environment.layout.kind === 'separate-boot' ? observation.boot : undefined;
  return {
    layout: environment.layout.kind,
    boot: boot === undefined ? undefined : { uuid: boot.uuid, type: boot.type },
    loader: loader.describe(state.tools),
    menus,
    generatorScript,
    keptImages: boot === undefined ? undefined : onBoot(keptDirectory),
    unchanged: [
      'partitions and /etc/fstab',
      'the boot loader, and how the firmware starts it',
      'the kernels, initramfs files, command lines and boot loader entries of the distribution',
      ...(environment.layout.kind === 'snapshot-booting' ? ['the default subvolume of the file system'] : []),
    ],
  };
}
