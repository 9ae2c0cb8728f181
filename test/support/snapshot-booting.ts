import { type Mark } from '../../lib/model/mark.ts';
import type { Observation } from '../../lib/model/observation.ts';
import { aSystem, beName, filesystemUuid, type SystemBuilder, textFile, uuidOf } from './builders.ts';
import { suseGrubCfg } from './distributions/opensuse-snapshot-booting.ts';

const release = '6.4.0-1-default';

/** A root of openSUSE, marked with this name if one is given. */
function withRoot(system: SystemBuilder, path: string, name: string | undefined): SystemBuilder {
  const id = 256 + system.observation().roots.length;
  const mark: Mark | undefined =
    name === undefined ? undefined : { version: 1, name: beName(name), uuid: uuidOf(id), created: id };
  return system
    .withUnmarkedRoot(path)
    .with({
      fstab: textFile(`${path}/etc/fstab`, `UUID=${filesystemUuid} / btrfs defaults 0 0\n`),
      mark: mark === undefined ? undefined : JSON.stringify(mark),
    })
    .withKernel(release)
    .withGrubCfg(suseGrubCfg(filesystemUuid, release));
}

/**
 * A machine with openSUSE's snapshot booting. `roots` are the paths and names of its roots, from id 256 on. An unmarked
 * root has no name. `defaultSubvolume` and `active` are ids.
 */
export function snapshotBooting(
  roots: readonly (readonly [path: string, name: string | undefined])[],
  { defaultSubvolume, active }: { readonly defaultSubvolume: number; readonly active: number | undefined },
): Observation {
  const built = roots
    .reduce((system, [path, name]) => withRoot(system, path, name), aSystem().withTools({ firmware: 'bios' }))
    .observation();
  return {
    ...built,
    filesystem: { ...built.filesystem, defaultSubvolume },
    active: active === undefined ? undefined : uuidOf(active),
    uses: [],
  };
}
