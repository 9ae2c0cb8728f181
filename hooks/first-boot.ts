import { rootIsBtrfs } from '../lib/system/probe.ts';

/** systemd calls it at the first boot of a boot environment with deferred work: `copy` or `migrate`. */
const stage = process.argv[2] === 'migrate' ? 'migrate' : 'copy';

if (rootIsBtrfs()) {
  void import('../lib/app/hook-jobs.ts')
    .then(({ firstBoot }) => firstBoot(stage))
    .then((status) => {
      process.exitCode = status;
    });
}
