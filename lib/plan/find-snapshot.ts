import type { BootEnvironment } from '../model/environment.ts';
import type { Problem } from '../model/problem.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { printTarget } from '../model/snapshot-name.ts';

/** The snapshot of that name, or the refusal that lists the existing ones. */
export function findSnapshot({ name, snapshots }: BootEnvironment, snapshot: string): Snapshot | Problem {
  const found = snapshots.find((candidate) => candidate.name === snapshot);
  const known = snapshots.map((snapshot) => printTarget(name, snapshot.name));
  return found ?? { code: 'no-such-snapshot', name: printTarget(name, snapshot), known };
}
