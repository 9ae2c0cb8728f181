import type { Problem, ProblemCode } from '../../model/problem.ts';

/** bectl's own exit statuses (FreeBSD libbe(3), `be_error_t`; be.h), which its scripts compare. */
const libbe = {
  invalidName: 1,
  exists: 2,
  noEntry: 3,
  permission: 4,
  destroyActive: 5,
  destroyMounted: 6,
  badPath: 7,
  pathBusy: 8,
  mounted: 12,
  notMounted: 13,
  io: 16,
  noPool: 17,
  unknown: 19,
  badOrigin: 20,
  hasClones: 21,
} as const;

/** EX_USAGE of sysexits(3), for a command line that cannot be read. */
export const usageStatus = 64;

/** The status for a snapshot that a boot environment was made from. */
export const hasClonesStatus = libbe.hasClones;

/** The status for an environment that is not mounted. */
export const notMountedStatus = libbe.notMounted;

/** The exit status of bectl(8) where it finds nothing to work on: -1. */
const noService = 255;

/** The exit status of bectl(8) for a problem. */
export function bectlStatus({ code }: Problem): number {
  return statuses[code];
}

const statuses: Readonly<Record<ProblemCode, number>> = {
  usage: usageStatus,
  'name-invalid': libbe.invalidName,
  'name-taken': libbe.exists,
  'no-such-environment': libbe.noEntry,
  'not-root': libbe.permission,
  'environment-in-use': libbe.destroyActive,
  'environment-mounted': libbe.destroyMounted,
  'already-mounted': libbe.mounted,
  'not-mounted': libbe.notMounted,
  'mountpoint-unfit': libbe.badPath,
  'inside-environment': libbe.permission,
  'packages-unknown': libbe.io,
  'mount-left-out': libbe.badPath,
  'mount-busy': libbe.pathBusy,
  'no-such-snapshot': libbe.noEntry,
  'snapshot-taken': libbe.exists,
  'swap-file': libbe.pathBusy,
  'space-short': libbe.io,
  'boot-space-short': libbe.io,
  'not-confirmed': usageStatus,
  'setup-unconfirmed': usageStatus,
  'boot-volume-unfit': libbe.unknown,
  'menu-left-alone': libbe.unknown,
  'not-a-volume': libbe.badPath,
  'one-shot-impossible': libbe.noPool,
  'text-invalid': usageStatus,
  'option-reserved': usageStatus,
  'upgrade-failed': libbe.unknown,
  'download-failed': libbe.unknown,
  'no-package-manager': libbe.unknown,
  'package-database-shared': libbe.unknown,
  'no-report': libbe.unknown,
  'report-damaged': libbe.unknown,
  'report-newer': noService,
  'upgrade-unfinished': libbe.unknown,
  'first-boot-due': libbe.unknown,
  'first-boot-impossible': libbe.unknown,
  'first-boot-failed': libbe.unknown,
  'upgrade-at-work': libbe.pathBusy,
  'stale-copy': libbe.unknown,
  'base-unknown': libbe.unknown,
  'source-changed': libbe.pathBusy,
  'kernel-changed': libbe.pathBusy,
  'subvolume-left-out': libbe.pathBusy,
  leftover: libbe.unknown,
  'no-such-subvolume': libbe.noEntry,
  'already-adopted': libbe.exists,
  'not-a-root': libbe.badOrigin,
  'subvolume-read-only': libbe.badOrigin,
  'subvolume-name': libbe.invalidName,
  'subvolume-unsafe': libbe.permission,
  'no-environments': noService,
  'no-previous': noService,
  'packages-refused': noService,
  'nothing-bootable': libbe.unknown,
  'cannot-boot': libbe.unknown,
  'active-not-bootable': libbe.unknown,
  'layout-unsupported': noService,
  'kernel-fault': libbe.unknown,
  'no-kernels': libbe.unknown,
  'file-malformed': libbe.unknown,
  'file-unreadable': libbe.io,
  'option-mangled': libbe.unknown,
  'variable-unknown': libbe.unknown,
  'initrd-left-out': libbe.unknown,
  'menu-trimmed': libbe.unknown,
  'saved-entry-foreign': libbe.unknown,
  'menu-home-unknown': libbe.unknown,
  'mark-stale': libbe.unknown,
  'mark-newer': noService,
  'mark-fields': noService,
  'setting-ignored': noService,
  'mark-malformed': libbe.unknown,
  'listing-ambiguous': libbe.unknown,
  'not-btrfs': noService,
  'no-such-place': noService,
  'devices-missing': libbe.io,
  'no-space': libbe.io,
  'filesystem-read-only': libbe.io,
  'write-refused': libbe.io,
  'part-failed': libbe.io,
  'tool-missing': libbe.io,
  'tool-failed': libbe.io,
  'distribution-menu-kept': libbe.io,
  'stream-unfit': libbe.io,
  'stream-broken': libbe.io,
  'volume-missing': libbe.unknown,
  locked: libbe.pathBusy,
  internal: libbe.unknown,
};
