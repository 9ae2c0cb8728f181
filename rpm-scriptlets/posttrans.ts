import { rootIsBtrfs } from '../lib/system/probe.ts';

// be-hook ignores the arguments and the list on stdin, because rpm's file triggers often pass wrong ones (README.md
// beside this file).
if (rootIsBtrfs()) {
  void import('../lib/app/engine.ts').then(({ reconcile }) => reconcile());
}
