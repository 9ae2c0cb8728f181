import type { Diff } from '../../app/diff.ts';
import type { OwnedVolume } from '../../model/difference.ts';
import { compareEvr, type PackageChanges } from '../../model/package.ts';
import { volumeData } from '../commands/volume.ts';
import { printJson } from './json.ts';
import { packageChangesData } from './packages.ts';
import { problemData } from './problem.ts';
import type { DiffData, OwnVolumeData } from './schema/diff.ts';

/** The names of both sides, and the directory whose files were compared. */
export interface Compared {
  readonly from: string;
  readonly to: string;
  readonly below: '/etc' | '/';
}

/** The differences as JSON, version 1 of its schema. Later versions may add fields. No field changes its meaning. */
export function printDiffJson(diff: Diff, { from, to, below }: Compared): string {
  const { packages, kernels, commandLine, files, volumes, problems } = diff;
  const data: DiffData = {
    version: 1,
    from,
    to,
    packages: packages === undefined ? null : packagesData(packages),
    kernels,
    commandLine,
    files: { below, added: files.added, removed: files.removed, changed: files.changed },
    volumes: {
      added: volumes.added.map(ownedData),
      removed: volumes.removed.map(ownedData),
      changed: volumes.changed.map((candidate) => ({
        mountpoint: candidate.to.volume.mountpoint,
        from: ownedData(candidate.from),
        to: ownedData(candidate.to),
      })),
    },
    problems: problems.map(problemData),
  };
  return printJson(data);
}

function packagesData(packages: PackageChanges): NonNullable<DiffData['packages']> {
  const data = packageChangesData(packages);
  return {
    ...data,
    upgraded: data.changed.filter(({ from, to }) => compareEvr(from, to) < 0),
    downgraded: data.changed.filter(({ from, to }) => compareEvr(from, to) > 0),
  };
}

function ownedData({ volume, own }: OwnedVolume): OwnVolumeData {
  return { ...volumeData(volume), own };
}
