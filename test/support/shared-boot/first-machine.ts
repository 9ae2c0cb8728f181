import { printMark } from '../../../lib/formats/mark.ts';
import type { Observation, RootFacts } from '../../../lib/model/observation.ts';
import { aRoot, aSystem, beName, filesystemUuid, textFile, withGrub } from '../builders.ts';
import { bootUuid } from '../separate-boot-facts.ts';
import { unpackModules, writeKernel } from './changes.ts';
import { type BootFiles, type BootMachine, type BootType, type KernelContents, menuDirectory } from './machine.ts';

/** The output of 41_custom (util/grub.d/41_custom.in). */
const sourcesCustomFile =
  'if [ -f  ${config_directory}/custom.cfg ]; then\n  source ${config_directory}/custom.cfg\nfi\n';

/** A machine that runs from its only environment. be-hook has not run on it. */
export function firstMachine(
  name: string,
  kernels: ReadonlyMap<string, KernelContents>,
  type: BootType = 'ext4',
): BootMachine {
  const base = aRoot(256, `@${name}`);
  const { uuid, path } = base.subvolume;
  const fstab = `UUID=${filesystemUuid} / btrfs defaults 0 0\nUUID=${bootUuid} /boot ${type} defaults 1 2\n`;
  const root: RootFacts = {
    ...base,
    mark: printMark({ version: 1, name: beName(name), uuid, created: base.born }),
    fstab: textFile(`${path}/etc/fstab`, fstab),
    ...withGrub(base, { menuDirectories: [] }),
  };
  const empty = aSystem().observation();
  const mounts = [{ subvolume: base.subvolume.id, mountpoint: '/' }];
  const disk: Observation = {
    ...empty,
    filesystem: { ...empty.filesystem, runningSubvolume: base.subvolume.id, mounts },
    subvolumes: [base.subvolume],
    roots: [root],
    active: uuid,
  };
  const boot: BootFiles = new Map([
    [`${menuDirectory}/grub.cfg`, { text: `blscfg\n${sourcesCustomFile}`, stamp: 'first' }],
  ]);
  return [...kernels].reduce<BootMachine>(
    (machine, [release, contents]) =>
      writeKernel(unpackModules(machine, release, contents.image), release, contents, `first ${release}`),
    { disk, boot, type },
  );
}
