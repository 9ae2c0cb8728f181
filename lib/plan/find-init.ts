import { defaultInits, type InitFault } from '../model/init.ts';
import type { RootFacts } from '../model/observation.ts';
import { hasMountOver } from './has-mount-over.ts';

/** Whether a root has a program that can be its process 1; unknown if its programs come from another file system. */
export type FoundInit =
  | { readonly kind: 'found' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'none'; readonly why: string };

/**
 * Looks in a root for the program that the initramfs starts: the program of `init=`, else one of the standard paths.
 * `options` is its kernel command line.
 */
export function findInit(root: RootFacts, options: readonly string[]): FoundInit {
  const wanted = options.findLast((word) => word.startsWith('init='))?.slice('init='.length);
  const paths = wanted === undefined || wanted === '' ? defaultInits : [wanted];
  const { candidates, hasPlace } = root.init;
  const seen = paths.map((path) => ({ path, fault: candidates.find((candidate) => candidate.path === path)?.fault }));
  const known = paths.filter((path) => candidates.some((candidate) => candidate.path === path));
  if (known.length < paths.length) return { kind: 'unknown' };
  if (seen.some(({ fault }) => fault === undefined)) return { kind: 'found' };
  // fstab or the initramfs may mount /usr from another file system.
  const elsewhere = !hasPlace || seen.some(({ fault }) => fault === 'placeholder') || hasMountOver(root, paths);
  if (elsewhere || options.some((word) => /^(mount\.usr|usr)=/.test(word))) return { kind: 'unknown' };
  const list = seen.map(({ path, fault }) => (fault === undefined ? path : `${path} ${faults[fault]}`));
  return { kind: 'none', why: `it has no init: ${list.join(', ')}` };
}

const faults: { readonly [K in InitFault]: string } = {
  missing: 'is missing',
  dangling: 'leads to a file that does not exist in it',
  placeholder: 'is in an empty placeholder of a subvolume',
  'not-a-file': 'is not a file',
  empty: 'is empty',
  'not-executable': 'is not executable',
};
