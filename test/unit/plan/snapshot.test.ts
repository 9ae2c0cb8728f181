import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import type { Observation } from '../../../lib/model/observation.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import type { SnapshotName } from '../../../lib/model/snapshot-name.ts';
import { planSnapshot, type SnapshotIntent } from '../../../lib/plan/snapshot.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import { aSystem, planned } from '../../support/builders.ts';

const test = suite('planSnapshot');

const intent: SnapshotIntent = { name: undefined, snapshot: undefined, description: undefined, now: 1_700_000_000 };

function scene(): Observation {
  return { ...aSystem().withBe('main').withKernel('6.1').running().active().observation(), uses: [] };
}

function take(observation: Observation, more: Partial<SnapshotIntent> = {}): readonly [Observation, string] {
  const { steps } = planned(planSnapshot(worldOf(observation, grub), { ...intent, ...more }));
  const marked = steps.find((step) => step.kind === 'set-snapshot-mark');
  return [applyInMemory(observation, steps), String(marked?.mark.name)];
}

test('derives different names within one second', () => {
  const [one, first] = take(scene());
  const [two, second] = take(one);
  const [, third] = take(two);
  assert.equal([first, second, third], ['2023-11-14-22:13:20', '2023-11-14-22:13:20-2', '2023-11-14-22:13:20-3']);
});

test('refuses a chosen name that another snapshot has', () => {
  const snapshot = 'kept' as SnapshotName;
  const [taken] = take(scene(), { snapshot });
  const answer = planSnapshot(worldOf(taken, grub), { ...intent, snapshot });
  assert.equal(isProblem(answer) && answer, { code: 'snapshot-taken', name: 'main@kept' });
});

test.run();
