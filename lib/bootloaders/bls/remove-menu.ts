import { parseBlsEntry } from '../../formats/bls-entry.ts';
import type { BootEnvironment } from '../../model/environment.ts';
import type { Step } from '../../model/step.ts';
import type { LoaderSteps } from '../../plan/loader.ts';
import { type BlsPartition, blsPartition } from './facts.ts';
import { withoutMenu } from './settings.ts';

const reason = 'the distribution gets its menu back';

/**
 * Gives the partition back to the distribution. The entries of the distribution stay all the time. Those of be-hook go in
 * the end, because until then they come first. `entry` is the id of the distribution's entry that has to boot by default.
 */
export function removeMenu(environments: readonly BootEnvironment[], entry: string | undefined): LoaderSteps {
  for (const owner of environments.filter(({ active }) => active)) {
    const partition = blsPartition(owner);
    if (partition === undefined) continue;
    const removed = [...partition.unfinishedWork, ...partition.entries.map(({ path }) => path)].map((path): Step => {
      return { kind: 'remove-file', on: 'boot', path, reason };
    });
    return { groups: [restoreSettings(owner, partition, entry), removed], unresolved: [] };
  }
  return { groups: [], unresolved: [] };
}

function restoreSettings(
  { kernels }: BootEnvironment,
  { settings, distribution }: BlsPartition,
  entry: string | undefined,
): readonly Step[] {
  const isOwn = ({ version }: { readonly version: string | undefined }): boolean =>
    kernels.some(({ release }) => release === version);
  // A kernel that only another environment has could come first.
  const isSure = distribution.every((file) => file.kind !== 'text' || isOwn(parseBlsEntry(file.text)));
  const text = withoutMenu(settings, isSure || entry === undefined ? undefined : `${entry}.conf`);
  if (text === undefined) return [];
  return [{ kind: 'write-file', on: 'boot', path: settings.path, text, mode: 0o600, labelLike: undefined, reason }];
}
