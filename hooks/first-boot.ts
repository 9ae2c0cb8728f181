import { rootIsBtrfs } from '../lib/system/probe.ts';

/** Called by systemd when a boot environment boots that has something to do for the first time: `copy` or `migrate`. */
const stage = process.argv[2] === 'migrate' ? 'migrate' : 'copy';

if (rootIsBtrfs()) {
  void import('../lib/app/engine.ts')
    .then(({ firstBoot }) => firstBoot(stage))
    .then((status) => {
      process.exitCode = status;
    });
}
