import type { Diff } from '../../app/diff.ts';
import type { Moved, OwnedVolume } from '../../model/difference.ts';
import { type Package, printVersion } from '../../model/package.ts';
import { compareText } from '../../model/version-order.ts';
import { volumeData } from '../commands/volume.ts';
import { printJson } from './json.ts';
import { problemData } from './problem.ts';
import type { DiffData, OwnVolumeData, PackageDifferenceData } from './schema/diff.ts';

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

function packagesData({ added, removed, upgraded, downgraded }: NonNullable<Diff['packages']>): PackageDifferenceData {
  const moved = [...upgraded, ...downgraded].sort((a, b) => compareText(a.to.name, b.to.name));
  return {
    added: added.map(packageData),
    removed: removed.map(packageData),
    changed: moved.map(movedData),
    upgraded: upgraded.map(movedData),
    downgraded: downgraded.map(movedData),
  };
}

function packageData(pkg: Package): PackageDifferenceData['added'][number] {
  return { name: pkg.name, arch: pkg.arch ?? null, version: printVersion(pkg) };
}

function movedData({ from, to }: Moved): PackageDifferenceData['upgraded'][number] {
  return { name: to.name, arch: to.arch ?? null, from: printVersion(from), to: printVersion(to) };
}

function ownedData({ volume, own }: OwnedVolume): OwnVolumeData {
  return { ...volumeData(volume), own };
}
