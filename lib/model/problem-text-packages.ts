import type { Words } from './problem-text-type.ts';

/** The words for what goes wrong with packages, and with those who change them. */
export const packageWords: Words<
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
    message: `nothing is said about the packages of “${name}”: ${why}`,
    hint: `the rest was compared; if it has an rpm of its own, ask that: be-hook exec ${name} rpm -qa`,
  }),
  'upgrade-failed': ({ name, why }) => ({
    message: `the upgrade in “${name}” failed: ${why}; the system it was copied from is as it was`,
    hint: `see: be-hook diagnose ${name}; then destroy it`,
  }),
  'download-failed': ({ name, status, output }) => ({
    message: `downloading packages for “${name}” failed with status ${status}${output === '' ? '' : `: ${output}`}`,
    hint: 'nothing was changed; see to the network and the repositories, and try again',
  }),
  'no-package-manager': ({ name, wanted }) => ({
    message: `“${name}” has no package manager that be-hook can start (${wanted})`,
    hint: 'run another one with: be-hook run -- COMMAND',
  }),
  'package-database-shared': ({ name, path, mountpoint }) => ({
    message: `the package database of “${name}” is in ${path}, on the volume ${mountpoint} that it shares with others`,
    hint: `move it into the root, as rpm does with /usr/lib/sysimage/rpm, or copy the volume with each environment: be-hook volume set ${mountpoint} cloned`,
  }),
  'report-damaged': ({ name, path }) => ({
    message: `cannot read what was done in “${name}”: /${path}/report is missing or damaged`,
    hint: `read /${path}/log if it is there (be-hook mount ${name}), then delete the copy: be-hook destroy ${name}`,
  }),
  'report-newer': ({ name, path, features }) => ({
    message: `cannot read what was done in “${name}”: a newer be-hook wrote the report, and it requires ${features.join(', ')}`,
    hint: `update be-hook in the system that runs, or read /${path}/log (be-hook mount ${name})`,
  }),
  'no-report': ({ name }) => ({
    message: `nothing was upgraded or run in “${name}”`,
    hint: 'only what be-hook upgrade or be-hook run made can be diagnosed',
  }),
  'upgrade-unfinished': ({ name, state }) => ({
    message: `“${name}” cannot be booted: ${state === 'failed' ? 'its upgrade failed' : 'its upgrade has not ended'}`,
    hint: `see: be-hook diagnose ${name}; then destroy it`,
  }),
  'first-boot-due': ({ name, mountpoints }) => ({
    message: `“${name}” has not booted yet, and is not complete before: ${mountpoints.join(', ')} is copied then`,
    hint: 'boot it first, or use the one that it was copied from',
  }),
  'first-boot-impossible': ({ name, mountpoints }) => ({
    message: `“${name}” is to copy ${mountpoints.join(', ')} when it first boots, but there is no be-hook in it any more`,
    hint: `install be-hook in it (be-hook exec ${name}), or destroy it`,
  }),
  'first-boot-failed': ({ name, why, previous }) => ({
    message: `the first boot of “${name}” failed: ${why}`,
    hint:
      previous === undefined
        ? 'nothing was written to the data that it was to copy; choose another boot environment in the menu'
        : `“${previous}” boots by default again, its data is as it was; restart the machine: systemctl reboot`,
  }),
  'upgrade-at-work': () => ({
    message: 'another be-hook upgrades a copy on this file system, or runs something in one',
    hint: 'wait until it is done',
  }),
  'stale-copy': ({ name, source, count }) => ({
    message: `“${name}” is stale: packages of “${source}” changed since it was copied (${count})`,
    hint: `upgrade again: be-hook upgrade; or boot it all the same: be-hook activate --stale ${name}`,
  }),
  'base-unknown': ({ name }) => ({
    message: `nothing can be carried over into “${name}”: it is no upgraded copy of the system that runs`,
    hint: 'only what be-hook upgrade or be-hook run made of it knows how its /etc was',
  }),
  'subvolume-left-out': ({ path }) => ({
    message: `the subvolume /${path} was not copied: it was moved or deleted meanwhile`,
    hint: 'if the copy needs it, make another copy',
  }),
  'source-changed': ({ path }) => ({
    message: `/${path} changed while it was carried over`,
    hint: 'what was carried over by then stays so; do it again',
  }),
  'packages-refused': () => ({
    message: 'packages of the running system are not to change, says package-transactions in /etc/be-hook/be-hook.conf',
    hint: 'change them in a copy: be-hook upgrade',
  }),
};
