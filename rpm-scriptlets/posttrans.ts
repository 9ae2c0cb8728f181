import { rootIsBtrfs } from '../lib/system/probe.ts';

// Neither arguments nor the list on stdin are looked at: rpm's file triggers tell them wrong often enough (README.md
// beside this file).
if (rootIsBtrfs()) {
  void import('../lib/app/engine.ts').then(({ reconcile }) => reconcile());
}
