import { startEarly } from '../lib/system/early-companion.ts';
import { rootIsBtrfs } from '../lib/system/probe.ts';

// be-hook ignores the arguments and the list on stdin, because rpm's file triggers often pass wrong ones (README.md
// beside this file).
if (rootIsBtrfs()) {
  const companion = startEarly();
  void import('../lib/app/engine.ts').then(({ reconcile }) => reconcile(companion)).finally(() => companion?.release());
}
