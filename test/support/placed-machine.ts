import fc from 'fast-check';
import { grub } from '../../lib/bootloaders/grub/backend.ts';
import { defaultEntryOf, type EntryKey, type Menu } from '../../lib/model/menu.ts';
import type { Observation } from '../../lib/model/observation.ts';
import { type FilesystemId, filesystemIds, type Place } from '../../lib/model/place.ts';
import type { Step } from '../../lib/model/step.ts';
import type { Loader } from '../../lib/plan/loader.ts';
import { aSystem, type SystemBuilder } from './builders.ts';

/** A kernel whose files can be on any file systems. */
interface PlacedKernel {
  readonly image: FilesystemId;
  readonly initrd: FilesystemId;
  /** Whether its files were written just now. */
  readonly fresh: boolean;
}

/** An environment whose menu, and the file that leads to the menu, can be on any file systems. */
export interface PlacedEnvironment {
  readonly menu: FilesystemId;
  readonly lead: FilesystemId;
  /** Whether the environment with all its files was made just now. */
  readonly fresh: boolean;
  readonly kernels: readonly PlacedKernel[];
}

/** The environments `a`, `b` and so on. The first one boots by default. */
export type PlacedMachine = readonly PlacedEnvironment[];

const anywhere = fc.constantFrom(...filesystemIds);

const kernel: fc.Arbitrary<PlacedKernel> = fc.record({ image: anywhere, initrd: anywhere, fresh: fc.boolean() });

const environment: fc.Arbitrary<PlacedEnvironment> = fc.record({
  menu: anywhere,
  lead: anywhere,
  fresh: fc.boolean(),
  kernels: fc.array(kernel, { minLength: 1, maxLength: 3 }),
});

/** Any machine that could boot before its fresh parts were made. */
export const anyPlacedMachine: fc.Arbitrary<PlacedMachine> = fc
  .array(environment, { minLength: 1, maxLength: 3 })
  .map((environments) =>
    environments.map((each, index) => ({
      ...each,
      fresh: each.fresh && index > 0,
      kernels: each.kernels.map((own, place) => ({ ...own, fresh: own.fresh && place > 0 })),
    })),
  );

/** The machine before its fresh parts were made. */
export function withoutFresh(machine: PlacedMachine): PlacedMachine {
  return machine.map((each) => ({ ...each, kernels: each.kernels.filter(({ fresh }) => !each.fresh && !fresh) }));
}

/** The name of an environment. */
export function nameAt(index: number): string {
  return 'abc'[index] ?? '';
}

/** The file that stands for the root of an environment. It is on the btrfs. */
export function treeOf(name: string): Place {
  return { on: 'root', path: `@${name}/usr` };
}

/** What be-hook observes on the machine. An environment without kernels does not exist. */
export function observe(machine: PlacedMachine): Observation {
  return machine
    .reduce(
      (system, { kernels }, index) =>
        kernels.length === 0 ? system : withKernels(system.withBe(nameAt(index)), nameAt(index), kernels),
      aSystem(),
    )
    .observation();
}

function withKernels(system: SystemBuilder, name: string, kernels: readonly PlacedKernel[]): SystemBuilder {
  return kernels.reduce((before, { image, initrd }, index) => {
    const release = `6.${index}`;
    const at = (on: FilesystemId, file: string): { on: FilesystemId; path: string; target: string } => {
      const path = on === 'root' ? `@${name}/boot/${file}` : `be-hook/${name}/${file}`;
      return { on, path, target: path };
    };
    return before
      .with(({ moduleReleases }) => ({ moduleReleases: [...moduleReleases, release] }))
      .withBootFile(`vmlinuz-${release}`, at(image, `vmlinuz-${release}`))
      .withBootFile(`initramfs-${release}.img`, at(initrd, `initramfs-${release}.img`));
  }, system);
}

/** The file that leads a boot loader to a menu, and to the entry in it that boots by default. */
export interface Lead {
  readonly menu: Place;
  readonly entry: EntryKey;
}

/** Where an environment has its lead and its menu. */
export function placesOf(machine: PlacedMachine, index: number): { readonly lead: Place; readonly menu: Place } {
  const directory = `@${nameAt(index)}/boot/grub2`;
  return {
    lead: { on: machine[index]?.lead ?? 'root', path: `${directory}/lead` },
    menu: { on: machine[index]?.menu ?? 'root', path: `${directory}/menu` },
  };
}

/**
 * A boot loader that reads a root as GRUB does. Its menus, and the files that lead to them, lie on the file systems of the
 * machine.
 */
export function placedLoader(machine: PlacedMachine): Loader {
  const write = (place: Place, content: object): Step => {
    return {
      kind: 'write-file',
      ...place,
      text: JSON.stringify(content),
      mode: 0o600,
      labelLike: undefined,
      reason: 'test',
    };
  };
  return {
    ...grub,
    readMenus: () => [],
    nameEntry: (_menu, { be, release }) => `${be}/${release}`,
    installMenu: (menu: Menu) => (environments) => {
      const places = environments.map(({ name }) => placesOf(machine, 'abc'.indexOf(name)));
      const entry = defaultEntryOf(menu) ?? menu.default;
      const lead = (place: Place): Lead => ({ menu: place, entry: { be: entry.be, release: entry.release } });
      const menus = places.map((place) => write(place.menu, menu));
      const leads = places.map((place) => write(place.lead, lead(place.menu)));
      return { groups: [menus, leads], unresolved: [] };
    },
    removeMenu: () => ({ groups: [], unresolved: [] }),
    refreshDistributionMenu: () => [],
  };
}
