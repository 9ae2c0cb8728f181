import type { Messages } from './problem-text-type.ts';

/** Messages about packages and package managers. */
export const packageWords: Messages<
  | 'packages-unknown'
  | 'upgrade-failed'
  | 'download-failed'
  | 'no-package-manager'
  | 'package-database-shared'
  | 'no-report'
  | 'report-damaged'
  | 'report-newer'
  | 'upgrade-unfinished'
  | 'first-boot-due'
  | 'first-boot-impossible'
  | 'first-boot-failed'
  | 'upgrade-at-work'
  | 'packages-refused'
  | 'stale-copy'
  | 'base-unknown'
  | 'source-changed'
  | 'subvolume-left-out'
> = {
  'packages-unknown': ({ name, why }) => ({
    message: `cannot compare the packages of “${name}”: ${why}`,
    hint: `everything else was compared; list the packages with the rpm in it: be-hook exec ${name} rpm -qa`,
  }),
  'upgrade-failed': ({ name, why }) => ({
    message: `the upgrade in “${name}” failed: ${why}; the source system is unchanged`,
    hint: `see: be-hook diagnose ${name}; then delete it: be-hook destroy ${name}`,
  }),
  'download-failed': ({ name, status, output }) => ({
    message: `downloading packages for “${name}” failed with status ${status}${output === '' ? '' : `: ${output}`}`,
    hint: 'nothing was changed; check the network and the repositories, then try again',
  }),
  'no-package-manager': ({ name, wanted }) => ({
    message: `cannot upgrade “${name}”: it has no package manager that be-hook supports (${wanted})`,
    hint: 'run your package manager with: be-hook run -- COMMAND',
  }),
  'package-database-shared': ({ name, path, mountpoint }) => ({
    message: `cannot change packages in a copy of “${name}”: its package database ${path} is on the shared volume ${mountpoint}`,
    hint: `move the database into the root (rpm uses /usr/lib/sysimage/rpm), or give each copy its own volume: be-hook volume set ${mountpoint} cloned`,
  }),
  'report-damaged': ({ name, path }) => ({
    message: `cannot read the report of “${name}”: /${path}/report is missing or damaged`,
    hint: `read /${path}/log if it exists (be-hook mount ${name}), then delete the copy: be-hook destroy ${name}`,
  }),
  'report-newer': ({ name, path, features }) => ({
    message: `cannot read the report of “${name}”: a newer be-hook wrote it, and it requires ${features.join(', ')}`,
    hint: `update be-hook in the running system, or read /${path}/log (be-hook mount ${name})`,
  }),
  'no-report': ({ name }) => ({
    message: `“${name}” has no report: neither be-hook upgrade nor be-hook run made it`,
    hint: 'name a copy that be-hook upgrade or be-hook run made; see: be-hook list',
  }),
  'upgrade-unfinished': ({ name, state }) => ({
    message: `cannot use “${name}”: ${state === 'failed' ? 'its upgrade failed' : 'its upgrade is not finished'}`,
    hint: `see: be-hook diagnose ${name}; then delete it: be-hook destroy ${name}`,
  }),
  'first-boot-due': ({ name, mountpoints }) => ({
    message: `cannot use “${name}” as a source: it is incomplete until its first boot, which copies ${mountpoints.join(', ')}`,
    hint: 'boot it first, or use its source',
  }),
  'first-boot-impossible': ({ name, mountpoints }) => ({
    message: `“${name}” cannot copy ${mountpoints.join(', ')} at its first boot: be-hook is not installed in it`,
    hint: `install be-hook in it (be-hook exec ${name}), or delete it: be-hook destroy ${name}`,
  }),
  'first-boot-failed': ({ name, why, previous }) => ({
    message: `the first boot of “${name}” failed: ${why}`,
    hint:
      previous === undefined
        ? 'the original data is unchanged; choose another boot environment in the menu'
        : `“${previous}” boots by default again and its data is unchanged; restart the machine: systemctl reboot`,
  }),
  'upgrade-at-work': () => ({
    message: 'another upgrade or run is in progress on this file system',
    hint: 'wait until it has finished, then try again',
  }),
  'stale-copy': ({ name, source, count }) => ({
    message: `“${name}” is stale: packages of “${source}” changed after the copy was made (${count})`,
    hint: `upgrade again: be-hook upgrade; or activate it anyway: be-hook activate --stale ${name}`,
  }),
  'base-unknown': ({ name }) => ({
    message: `cannot carry changes over into “${name}”: it is not an upgraded copy of the running system`,
    hint: 'omit --carry-over, or name a copy that be-hook upgrade or be-hook run made',
  }),
  'subvolume-left-out': ({ path }) => ({
    message: `cannot copy the subvolume /${path}: another process moved or deleted it; the copy lacks it`,
    hint: 'make another copy if you need this subvolume',
  }),
  'source-changed': ({ path }) => ({
    message: `cannot carry over /${path}: it changed at the same time`,
    hint: 'run the command again; files that were carried over before stay',
  }),
  'packages-refused': () => ({
    message: 'refusing the transaction: package-transactions = refuse in /etc/be-hook/be-hook.conf',
    hint: 'change packages in a copy: be-hook upgrade',
  }),
};
