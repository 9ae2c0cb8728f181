import { rootIsBtrfs } from '../lib/system/probe.ts';

/**
 * Called by the plugin with kernel-install's own arguments: verb, kernel release, entry directory, image, initrds
 * (kernel-install(8)).
 */
const [verb, release] = process.argv.slice(2);

// kernel-install 252 hands on any version it is given, a path among them; such a one is no kernel.
const isRelease = release !== undefined && /^[^/.][^/]*$/.test(release);

if ((verb === 'add' || verb === 'remove') && isRelease && rootIsBtrfs()) {
  void import('../lib/app/engine.ts').then(({ kernelChanged }) => kernelChanged({ verb, release }));
}
