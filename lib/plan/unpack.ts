import { isBootPlace } from '../formats/fstab-subvolume.ts';
import { parseManifest, unknownInManifest } from '../formats/manifest.ts';
import { type Manifest, type ManifestSubvolume, manifestName, rootName } from '../model/manifest.ts';
import type { FileText, Observation, RootFacts, Subvolume } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { describeProblem } from '../model/problem-text.ts';
import { readFstab } from './interpret/file-text.ts';

/** The contents of a stream that is complete and contains a system. */
export interface Unpacked {
  readonly manifest: Manifest;
  readonly root: RootFacts;
  /** The subvolumes of the manifest, by their names in it. */
  readonly received: ReadonlyMap<string, Subvolume>;
}

/**
 * Examines the received contents of a directory, from any sender. It refuses a stream that is incomplete, that no
 * be-hook sent, or that cannot be a boot environment.
 */
export function unpack(observation: Observation, directory: string, file: FileText): Unpacked | Problem {
  const refuse = (why: string): Problem => ({ code: 'stream-unfit', why });
  const text = file.kind === 'text' ? file.text : '';
  const manifest = parseManifest(text);
  if (manifest === undefined) {
    const unknown = unknownInManifest(text);
    return refuse(
      unknown.length > 0
        ? `a newer be-hook made it, and it requires ${unknown.join(', ')}`
        : 'it does not end with a manifest: it is cut short, or be-hook did not make it',
    );
  }
  const there = observation.subvolumes.filter(({ path }) => path.startsWith(`${directory}/`));
  const names = [...manifest.subvolumes.map(({ name }) => name), manifestName];
  const received = new Map<string, Subvolume>();
  for (const subvolume of there) {
    const name = subvolume.path.slice(directory.length + 1);
    if (names.includes(name) && observation.readOnly.includes(subvolume.id)) received.set(name, subvolume);
  }
  if (received.size !== names.length || there.length !== names.length)
    return refuse('its subvolumes are not those of its manifest');
  const root = observation.roots.find(({ subvolume }) => subvolume.path === `${directory}/${rootName}`);
  if (root === undefined) return refuse('it has no root');
  const fault = findFault(root);
  return fault === undefined ? { manifest, root, received } : refuse(fault);
}

/** The subvolume of a stream that is its /boot; undefined if /boot is a directory of the root. */
export function findBootSubvolume({ subvolumes }: Manifest): ManifestSubvolume | undefined {
  return subvolumes.find(({ mountpoint }) => mountpoint !== undefined && isBootPlace(mountpoint));
}

/** Why a root cannot be a boot environment, whatever its /boot contains. */
function findFault({ osRelease, fstab, unsafe }: RootFacts): string | undefined {
  if (osRelease.kind !== 'text') return 'its root is not a system (it has no os-release)';
  if (unsafe !== undefined) return `other users can write to its root (${unsafe})`;
  if (fstab.kind === 'unreadable') return `cannot read its fstab: ${fstab.why}`;
  const lines = readFstab({ fstab: { ...fstab, path: 'etc/fstab' } });
  return isProblem(lines) ? `cannot parse its fstab: ${describeProblem(lines).message}` : undefined;
}
