import type { Problem, ProblemCode } from '../../model/problem.ts';

/**
 * beadm's own exit statuses. `be_errno_t` of illumos' libbe.h counts from 4000. The caller sees the low eight bits, 160
 * and more.
 */
const libbe = {
  access: 160,
  activate: 161,
  noEnvironment: 163,
  busy: 164,
  canceled: 165,
  datasetType: 172,
  exists: 173,
  invalid: 176,
  mountpoint: 178,
  mounted: 180,
  noEntry: 182,
  noPool: 183,
  noDevice: 184,
  notMounted: 185,
  noSpace: 189,
  notSupported: 190,
  open: 191,
  permission: 192,
  readOnlyFilesystem: 195,
  readOnlyDataset: 196,
  snapshotExists: 198,
  noSnapshot: 199,
  unmountCurrent: 201,
  unknown: 203,
  destroyCurrent: 205,
  renameActive: 218,
  noMenu: 219,
  menuPath: 221,
  externalCommand: 225,
} as const;

/** The status for a command line that cannot be read. */
export const usageStatus = 1;

/** The status for a request that only ZFS can fulfil. */
export const notSupportedStatus = libbe.notSupported;

/** The status for a request to destroy a boot environment, but not its snapshots. */
export const snapshotsStatus = libbe.snapshotExists;

/** The exit status of beadm(8) for a problem of one of its subcommands. */
export function beadmStatus({ code }: Problem, command: string): number {
  if (code === 'environment-in-use' && command === 'rename') return libbe.renameActive;
  if (code === 'environment-in-use' && /^u(n)?mount$/.test(command)) return libbe.unmountCurrent;
  if (code === 'environment-in-use' && command !== 'destroy') return libbe.busy;
  return statuses[code];
}

const statuses: Readonly<Record<ProblemCode, number>> = {
  usage: usageStatus,
  'name-invalid': libbe.invalid,
  'name-taken': libbe.exists,
  'no-such-environment': libbe.noEnvironment,
  'not-root': libbe.permission,
  'environment-in-use': libbe.destroyCurrent,
  'environment-mounted': libbe.mounted,
  'already-mounted': libbe.mounted,
  'not-mounted': libbe.notMounted,
  'mountpoint-unfit': libbe.mountpoint,
  'inside-environment': libbe.permission,
  'packages-unknown': libbe.open,
  'mount-left-out': libbe.mountpoint,
  'mount-busy': libbe.busy,
  'no-such-snapshot': libbe.noSnapshot,
  'snapshot-taken': libbe.snapshotExists,
  'swap-file': libbe.busy,
  'space-short': libbe.noSpace,
  'boot-space-short': libbe.noSpace,
  'not-confirmed': libbe.canceled,
  'setup-unconfirmed': libbe.canceled,
  'menu-left-alone': libbe.unknown,
  'not-a-volume': libbe.datasetType,
  'one-shot-impossible': libbe.notSupported,
  'text-invalid': libbe.invalid,
  'option-reserved': libbe.invalid,
  'upgrade-failed': libbe.unknown,
  'download-failed': libbe.unknown,
  'no-package-manager': libbe.unknown,
  'package-database-shared': libbe.unknown,
  'no-report': libbe.unknown,
  'report-damaged': libbe.unknown,
  'report-newer': libbe.notSupported,
  'upgrade-unfinished': libbe.unknown,
  'first-boot-due': libbe.unknown,
  'first-boot-impossible': libbe.unknown,
  'first-boot-failed': libbe.unknown,
  'upgrade-at-work': libbe.busy,
  'stale-copy': libbe.activate,
  'base-unknown': libbe.unknown,
  'source-changed': libbe.busy,
  'subvolume-left-out': libbe.busy,
  leftover: libbe.unknown,
  'no-such-subvolume': libbe.noEntry,
  'already-adopted': libbe.exists,
  'not-a-root': libbe.datasetType,
  'subvolume-read-only': libbe.readOnlyDataset,
  'subvolume-name': libbe.invalid,
  'subvolume-unsafe': libbe.access,
  'no-environments': libbe.noEnvironment,
  'no-previous': libbe.noEnvironment,
  'packages-refused': libbe.noEnvironment,
  'nothing-bootable': libbe.noMenu,
  'cannot-boot': libbe.activate,
  'active-not-bootable': libbe.activate,
  'layout-unsupported': libbe.notSupported,
  'kernel-fault': libbe.activate,
  'no-kernels': libbe.activate,
  'file-malformed': libbe.invalid,
  'file-unreadable': libbe.open,
  'option-mangled': libbe.invalid,
  'variable-unknown': libbe.invalid,
  'initrd-left-out': libbe.noMenu,
  'menu-trimmed': libbe.noMenu,
  'saved-entry-foreign': libbe.menuPath,
  'menu-home-unknown': libbe.menuPath,
  'mark-stale': libbe.invalid,
  'mark-newer': libbe.notSupported,
  'mark-fields': libbe.notSupported,
  'setting-ignored': libbe.notSupported,
  'mark-malformed': libbe.invalid,
  'listing-ambiguous': libbe.invalid,
  'not-btrfs': libbe.noPool,
  'no-such-place': libbe.noDevice,
  'devices-missing': libbe.noDevice,
  'no-space': libbe.noSpace,
  'filesystem-read-only': libbe.readOnlyFilesystem,
  'write-refused': libbe.access,
  'part-failed': libbe.access,
  'tool-missing': libbe.externalCommand,
  'tool-failed': libbe.externalCommand,
  'distribution-menu-kept': libbe.noMenu,
  'stream-unfit': libbe.invalid,
  'stream-broken': libbe.externalCommand,
  'volume-missing': libbe.noEntry,
  locked: libbe.busy,
  internal: libbe.unknown,
};
