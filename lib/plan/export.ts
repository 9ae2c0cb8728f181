import { printManifest } from '../formats/manifest.ts';
import { type Manifest, type ManifestSubvolume, manifestFile, manifestName, rootName } from '../model/manifest.ts';
import type { Observation } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { printTarget, type Target } from '../model/snapshot-name.ts';
import type { Plan, Step } from '../model/step.ts';
import { freeDirectory } from '../model/store.ts';
import type { Volume } from '../model/volume.ts';
import { cloneStep, futureSubvolume, innermostHolder, replacePlaceholders } from './clone.ts';
import { type ClonePolicies, findSharedBoot, resolveClonePolicies } from './clone-volumes.ts';
import { findEnvironment } from './find-environment.ts';
import { findSource, type Source } from './find-source.ts';
import { movePath } from './move-root.ts';
import { settle } from './ordering.ts';
import type { Copy } from './retarget-root.ts';
import { afterSecuring, packKernels } from './secure-kernels.ts';
import { type Stage, tidyUnfinished } from './stage.ts';
import type { World } from './world.ts';

/** A plan that makes the subvolumes to send. It does not delete them. */
export interface ExportPlan extends Plan {
  readonly stage: Stage;
  /** The subvolumes of the stream, in order. */
  readonly sent: readonly string[];
}

/**
 * Makes read-only copies of a boot environment, or of a snapshot, and of its volumes that are cloned with it, and the
 * manifest that describes them. Their files keep the names of the source, because the destination is not known here.
 */
export function planExport(world: World, target: Target): ExportPlan | Problem {
  return afterSecuring(world, target, (secured) => planSecuredExport(secured, target));
}

function planSecuredExport(world: World, target: Target): ExportPlan | Problem {
  const { observation, state } = world;
  const source = findSource(world, target);
  if (isProblem(source)) return source;
  const found = findSharedBoot(source.volumes) ?? findEnvironment(state, target.name);
  if (isProblem(found)) return found;
  const directory = freeDirectory(printTarget(target.name, 'export'), observation);
  const policies = resolveClonePolicies(source.root, source.volumes, observation);
  const copies = placeFlat(source, policies, directory, observation);
  const description = target.snapshot === undefined ? found.description : undefined;
  const text = printManifest(describeAll(source, description, policies, copies, observation));
  const reason = `“${source.name}” is exported`;
  const manifest = `${directory}/${manifestName}`;
  const sent = [...copies.map(({ to }) => to.path), manifest];
  const steps: Step[] = [
    { kind: 'begin-directory', path: directory, reason },
    settle('the next run must find the work of an interrupted one'),
    { kind: 'create-subvolume', path: manifest, reason: 'the manifest lists the parts of the stream' },
    ...copies.map(({ volume, from, to }) =>
      cloneStep(from, to.path, volume?.nested === true ? 'empty' : undefined, reason),
    ),
    ...replacePlaceholders(policies, copies),
    ...packKernels(source.root, `${directory}/${rootName}`, observation),
    writeManifest(`${manifest}/${manifestFile}`, text),
    ...sent.map((path): Step => ({ kind: 'freeze-subvolume', path, reason: 'btrfs send needs read-only subvolumes' })),
    ...tidyUnfinished(world),
  ];
  const stage = { directory, held: `${directory}/${rootName}` };
  return { steps, warnings: [], unresolved: [], notes: describeStream(source.name, policies), stage, sent };
}

function writeManifest(path: string, text: string): Step {
  const reason = 'a stream with a manifest is complete';
  return { kind: 'write-file', on: 'root', path, text, mode: 0o600, labelLike: undefined, reason };
}

/**
 * Places the copies side by side, each with a name of its own. A stream has no paths, only the names of its subvolumes.
 */
function placeFlat(
  { root }: Source,
  { cloned }: ClonePolicies,
  directory: string,
  observation: Observation,
): readonly Copy[] {
  const to = futureSubvolume(root.subvolume, `${directory}/${rootName}`, 1, observation);
  const copies: Copy[] = [{ volume: undefined, from: root.subvolume, to }];
  for (const volume of cloned) {
    const from = volume.subvolume;
    // A volume with two mount points is copied once.
    if (copies.some((copy) => copy.from.id === from.id)) continue;
    const path = `${directory}/volume-${copies.length}`;
    copies.push({ volume, from, to: futureSubvolume(from, path, copies.length + 1, observation) });
  }
  return copies;
}

function describeAll(
  { name }: Source,
  description: string | undefined,
  { shared }: ClonePolicies,
  copies: readonly Copy[],
  { filesystem }: Observation,
): Manifest {
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const subvolumes = copies.map(({ volume, from, to }): ManifestSubvolume => {
    const part = { name: nameOf(to.path), id: from.id, path: from.path };
    if (volume === undefined) return part;
    const holder = volume.nested ? innermostHolder(from, copies) : undefined;
    if (holder === undefined) return { ...part, mountpoint: volume.mountpoint };
    const at = movePath(from.path, holder.from.path, '');
    return { ...part, mountpoint: volume.mountpoint, inside: { name: nameOf(holder.to.path), at } };
  });
  return {
    version: 1,
    name,
    ...(description === undefined ? {} : { description }),
    filesystem: { uuid: filesystem.uuid, sources: filesystem.sources },
    subvolumes,
    shared: shared.map(({ mountpoint, nested, subvolume: { id, path } }) => ({ mountpoint, nested, id, path })),
  };
}

function describeStream(name: string, { cloned, shared, leftOut }: ClonePolicies): readonly string[] {
  const list = (volumes: readonly Volume[]): string => volumes.map(({ mountpoint }) => mountpoint).join(', ');
  const missing = [...shared, ...leftOut];
  return [
    `“${name}” is exported${cloned.length === 0 ? '' : `, with ${list(cloned)}`}.`,
    ...(missing.length === 0
      ? []
      : [`Not in the stream, because it is not copied with the environment: ${list(missing)}.`]),
  ];
}
