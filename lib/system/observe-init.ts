import { defaultInits, type InitFacts, type InitFault } from '../model/init.ts';
import type { FileText } from '../model/observation.ts';
import { type Root, resolveInside } from './inside.ts';

/** Checks the programs that could be process 1 of a root: those at the default paths, and the `init=` of these texts. */
export function observeInit(root: Root, texts: readonly FileText[]): InitFacts {
  const said = texts.flatMap((file) =>
    file.kind === 'text' ? [...file.text.matchAll(/(?:^|[\s"'])init=([^\s"']+)/g)].map(([, path = '']) => path) : [],
  );
  const places = ['sbin', 'usr/sbin', 'lib/systemd', 'usr/lib/systemd'];
  return {
    hasPlace: places.some((path) => {
      const found = resolveInside(root, path);
      return found.kind === 'found' && found.stat.kind === 'directory';
    }),
    candidates: [...new Set([...defaultInits, ...said])].map((path) => ({ path, fault: findFault(root, path) })),
  };
}

/** It follows every link as the root's own system would, so that no link leads out of the root. */
function findFault(root: Root, path: string): InitFault | undefined {
  const found = resolveInside(root, path);
  if (found.kind === 'missing') return 'missing';
  if (found.kind === 'fault') return found.fault === 'placeholder' ? 'placeholder' : 'dangling';
  if (found.stat.kind !== 'file') return 'not-a-file';
  if (found.stat.size === 0) return 'empty';
  return (found.stat.mode & 0o111) === 0 ? 'not-executable' : undefined;
}
