import * as assert from 'uvu/assert';
import type { DoctorData } from '../../../lib/cli/output/schema/doctor.ts';
import type { Fault } from './plant.ts';

/** What a program printed, and its status. */
interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The answer of `be-hook doctor --json`, whose status has to agree with it. */
export function readDoctor({ status, stdout, stderr }: Ended): DoctorData {
  const data = JSON.parse(stdout || '{}') as DoctorData;
  assert.is(status, { healthy: 0, degraded: 81, broken: 82 }[data.health], stdout + stderr);
  return data;
}

/**
 * Plants each fault, examines, and removes it again. Returns the faults that were not found, with what was. At the end
 * nothing may be found.
 */
export async function plantAll(
  top: string,
  faults: readonly Fault[],
  examine: () => Promise<DoctorData>,
): Promise<readonly string[]> {
  const missed: string[] = [];
  for (const { title, check, of, plant } of faults) {
    const undo = await plant(top);
    const { findings } = await examine();
    if (!findings.some((finding) => finding.check === check && finding.environment === of))
      missed.push(`${title}: ${JSON.stringify(findings, null, 1)}`);
    await undo();
  }
  assert.equal((await examine()).findings, []);
  return missed;
}
