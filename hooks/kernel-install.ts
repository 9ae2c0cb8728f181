import { startEarly } from '../lib/system/early-companion.ts';
import { rootIsBtrfs } from '../lib/system/probe.ts';

/**
 * The plugin calls it with kernel-install's own arguments: verb, kernel release, entry directory, image, initrds
 * (kernel-install(8)).
 */
const [verb, release] = process.argv.slice(2);

// kernel-install 252 passes on any version that it gets, even a path. A path is not a kernel release.
const isRelease = release !== undefined && /^[^/.][^/]*$/.test(release);

if ((verb === 'add' || verb === 'remove') && isRelease && rootIsBtrfs()) {
  const companion = startEarly();
  void import('../lib/app/engine.ts')
    .then(({ kernelChanged }) => kernelChanged({ verb, release }, companion))
    .finally(() => companion?.release());
}
