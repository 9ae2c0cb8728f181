import type { FstabEntry } from '../../formats/fstab.ts';
import { isNamed } from '../../formats/fstab-subvolume.ts';
import { type HealthFinding, healthChecks } from '../../model/health.ts';
import type { EvidenceRequest } from '../../model/health-evidence.ts';
import type { Place } from '../../model/place.ts';
import { isProblem } from '../../model/problem.ts';
import { readFstab } from '../interpret/file-text.ts';
import type { World } from '../world.ts';
import { checkEnvironment } from './environment.ts';
import type { HealthFacts } from './facts.ts';
import { checkLoader } from './loader.ts';
import { findingOf } from './of-problem.ts';
import { checkSpace } from './space.ts';

/**
 * Everything that is wrong: with the machine, and with each environment, or with the one of this name. The findings are in
 * the order of a boot.
 */
export function diagnoseHealth(facts: HealthFacts, name?: string): readonly HealthFinding[] {
  const { state, observation } = facts.world;
  const environments = state.environments.filter((environment) => name === undefined || environment.name === name);
  const exposed = observation.exposed.map((path): HealthFinding => {
    const message = `users other than root can enter /${path}, where programs of old copies are`;
    return { check: 'store-access', environment: undefined, message, remedy: 'run: be-hook sync' };
  });
  const found = [
    ...checkLoader(facts),
    ...state.problems.map((problem) => findingOf(problem, undefined)),
    ...exposed,
    ...environments.flatMap((environment) => checkEnvironment(environment, facts)),
    ...checkSpace(facts.world),
  ];
  const unique = new Map(found.map((finding) => [JSON.stringify(finding), finding]));
  return [...unique.values()].sort((a, b) => rank(a) - rank(b));
}

const order = Object.keys(healthChecks);

function rank({ check }: HealthFinding): number {
  return order.indexOf(check);
}

/** What has to be read for `diagnoseHealth`. */
export function requestEvidence({ state, observation }: World): EvidenceRequest {
  const files = state.environments.flatMap(({ kernels }) =>
    kernels.flatMap(({ image, initrds }) => [image, ...initrds]),
  );
  const lines = observation.roots.flatMap((root) => {
    const entries = readFstab(root);
    return isProblem(entries) ? [] : entries;
  });
  const known = [observation.filesystem, ...(observation.boot === undefined ? [] : [observation.boot])];
  const isElsewhere = (line: FstabEntry): boolean => !known.some((filesystem) => isNamed(line, filesystem));
  return {
    heads: files,
    roots: state.environments.map(({ subvolume: { id, path } }) => ({ id, path })),
    sources: state.runs ? [...new Set(lines.filter(isElsewhere).map(({ source }) => source))] : [],
  };
}

/** The copies of kernels on a separate /boot: all of them are read, to compare their content with their names. */
export function keptCopies({ boot }: World['observation']): readonly Place[] {
  return (boot?.kept ?? []).map(({ on, target }) => ({ on, path: target }));
}
