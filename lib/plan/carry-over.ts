import type { Step } from '../model/step.ts';
import type { EtcDecision } from './etc-drift.ts';
import { isSameEntry } from './merge-entry.ts';
import { settle } from './ordering.ts';

/** The directories of the three versions of /etc, from the top of the file system. */
export interface EtcPlaces {
  readonly base: string;
  readonly source: string;
  readonly copy: string;
}

/** The suffix of the file that holds the version which be-hook did not take. */
const besideName = '.be-hook-carried';

/** The file beside the copy's own, from /etc, that has the source's version. */
export function besideOf({ key, outcome, merged }: EtcDecision): string | undefined {
  return outcome === 'conflict' && merged.beside ? `${key}${besideName}` : undefined;
}

/**
 * Carries the source's changes of /etc over into the copy. Then it records the source's present version as the new
 * common base. be-hook can repeat an interrupted run: both sides already have the same version of every file that was
 * carried over.
 */
export function carryOver(decisions: readonly EtcDecision[], places: EtcPlaces): readonly Step[] {
  if (decisions.length === 0) return [];
  const settled = settle('the files must be on disk before be-hook records them');
  return [...intoCopy(decisions, places), settled, ...intoBase(decisions, places)];
}

function intoCopy(decisions: readonly EtcDecision[], places: EtcPlaces): readonly Step[] {
  const reason = 'it changed in the source after the copy was made';
  const goes = decisions.filter(({ outcome, merged }) => outcome === 'take' && merged.entry === undefined);
  const comes = decisions.flatMap((decision): readonly Step[] => {
    const { key, outcome, merged, source, copy } = decision;
    const { entry } = merged;
    const [ours, path] = [`${places.source}/${key}`, `${places.copy}/${key}`];
    const beside = besideOf(decision);
    const put: Step[] = [];
    if (beside !== undefined && source !== undefined) {
      const what = { from: ours, path: `${places.copy}/${beside}`, entry: source, attributesFrom: ours };
      put.push({ kind: 'carry-file', ...what, base: undefined, reason: 'it changed in both' });
    }
    // After a conflict in one aspect be-hook still carries the other aspects over.
    if (outcome === 'own' || outcome === 'same' || entry === undefined || isSameEntry(copy, entry)) return put;
    const base = merged.content === 'merged' ? `${places.base}/${key}` : undefined;
    const from = merged.content === 'copy' ? path : ours;
    const attributesFrom = merged.attributes === 'copy' ? path : ours;
    return [...put, { kind: 'carry-file', from, path, base, entry, attributesFrom, reason }];
  });
  return [
    ...goes.map((decision) => remove(decision.copy, `${places.copy}/${decision.key}`, reason)).reverse(),
    ...comes,
  ];
}

function intoBase(decisions: readonly EtcDecision[], places: EtcPlaces): readonly Step[] {
  const reason = 'this change is carried over';
  const goes = decisions.filter(({ source }) => source === undefined);
  const comes = decisions.flatMap(({ key, source }): readonly Step[] => {
    if (source === undefined) return [];
    const from = `${places.source}/${key}`;
    const what = { from, path: `${places.base}/${key}`, base: undefined, entry: source, attributesFrom: from };
    return [{ kind: 'carry-file', ...what, reason }];
  });
  return [
    ...goes.map((decision) => remove(decision.base, `${places.base}/${decision.key}`, reason)).reverse(),
    ...comes,
  ];
}

function remove(entry: EtcDecision['base'], path: string, reason: string): Step {
  if (entry?.kind === 'directory') return { kind: 'remove-directory', path, reason };
  return { kind: 'remove-file', on: 'root', path, reason };
}
