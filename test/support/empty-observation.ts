import type { GrubMachineFacts } from '../../lib/bootloaders/grub/facts.ts';
import type { Observation } from '../../lib/model/observation.ts';

/** The file system of every system that `aSystem` builds. */
export const filesystemUuid = '11111111-2222-4333-8444-555555555555';

/** A machine with GRUB's menu generator, and without a stub. */
export const emptyMachine: GrubMachineFacts = {
  loader: 'grub',
  mkconfig: '/usr/sbin/grub2-mkconfig',
  scriptCheck: undefined,
  stubs: [],
};

/** A file system on a UEFI machine, without a boot environment and without a running root. */
export const emptyObservation: Observation = {
  filesystem: {
    uuid: filesystemUuid,
    runningSubvolume: undefined,
    defaultSubvolume: 5,
    mounts: [],
    free: 1 << 30,
    size: 1 << 31,
    sources: [`UUID=${filesystemUuid}`],
  },
  subvolumes: [],
  ambiguous: [],
  roots: [],
  active: undefined,
  attributes: [],
  readOnly: [],
  store: [],
  exposed: [],
  swapFiles: [],
  oneShot: { mountpoint: undefined, why: 'no EFI system partition', filesystemUuid: undefined, next: undefined },
  uses: [],
  tools: {
    firmware: 'uefi',
    loaderFacts: emptyMachine,
    loaderInfo: undefined,
    espEntries: [],
    needsSync: undefined,
  },
  boot: undefined,
  digests: {},
};
