import { type Drift, type DriftOutcome, isEmptyDrift } from '../../model/drift.ts';
import { visible } from '../../model/visible.ts';
import { packageChangesData, packageLines } from './packages.ts';
import type { DriftData } from './schema/drift.ts';
import { printTable } from './table.ts';

/** The number of lines of each kind. JSON has all of them. */
const shown = 20;

const outcomes: Readonly<Record<DriftOutcome, string>> = {
  take: 'can be carried over',
  merge: 'can be merged',
  same: 'the same in the copy',
  conflict: 'changed in both',
  own: 'each has its own',
};

/** The changes for people, one in a line. Empty without changes. */
export function driftLines(drift: Drift): readonly string[] {
  if (isEmptyDrift(drift)) return [];
  const { source, copy, packages, etc, usr } = drift;
  const files = printTable(etc.map(({ path, change, outcome }) => [visible(path), change, outcomes[outcome]]));
  return [
    visible(`Changed in “${source}” since “${copy}” was made of it:`),
    ...cap(packagesLines(packages), 'packages'),
    ...cap(files.split('\n').slice(0, -1), 'paths below /etc'),
    ...cap(
      usr.map((path) => visible(`${path}  written`)),
      'files below /usr',
    ),
  ];
}

/** What the user can do about the changes. Empty if there is nothing to carry over. */
export function driftHint({ copy, etc }: Drift): readonly string[] {
  const isOpen = etc.some(({ outcome }) => outcome !== 'same' && outcome !== 'own');
  return isOpen ? [visible(`To have the changes of /etc there too: be-hook activate --carry-over ${copy}`)] : [];
}

/** The drift in JSON. */
export function driftData({ source, copy, packages, etc, usr }: Drift): DriftData {
  return { source, copy, packages: packages?.kind === 'known' ? packageChangesData(packages) : null, etc, usr };
}

function packagesLines(packages: Drift['packages']): readonly string[] {
  if (packages === undefined) return [];
  if (packages.kind === 'unknown') return [visible(`packages cannot be compared: ${packages.why}`)];
  return packageLines(packages).split('\n').slice(0, -1);
}

function cap(lines: readonly string[], what: string): readonly string[] {
  const rest = lines.length - shown;
  const more = rest > 0 ? [`  and ${rest} more ${what}`] : [];
  return [...lines.slice(0, shown).map((line) => `  ${line}`), ...more];
}
