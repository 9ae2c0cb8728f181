import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { parseMark, printMark } from '../../../lib/formats/mark.ts';
import { entriesOf } from '../../../lib/model/menu.ts';
import type { Observation, RootFacts } from '../../../lib/model/observation.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import type { UpgradeState } from '../../../lib/model/upgrade-state.ts';
import { planActivate, planActivateOnce } from '../../../lib/plan/activate.ts';
import { planCreate } from '../../../lib/plan/create.ts';
import { desiredMenu } from '../../../lib/plan/desired-menu.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { aSystem, beName } from '../../support/builders.ts';

const test = suite('an unfinished upgrade');

/** Two environments with a kernel and no recorded default. The upgrade left the older one. */
function observed(state: UpgradeState): Observation {
  const { roots, ...rest } = aSystem().withBe('new').withKernel('6.1').withBe('old').withKernel('6.1').observation();
  return { ...rest, roots: roots.map((root) => withState(root, state)) };
}

function withState(root: RootFacts, state: UpgradeState): RootFacts {
  const mark = parseMark(root.mark ?? '');
  return mark?.name === 'new' ? { ...root, mark: printMark({ ...mark, automatic: true, state }) } : root;
}

for (const state of ['upgrading', 'failed'] as const) {
  const observation = observed(state);
  const refusal = { code: 'upgrade-unfinished', name: 'new', state };

  test(`in the state ${state} is in no menu and never the default`, () => {
    const interpreted = interpretState(observation, grub);
    assert.equal(
      interpreted.environments.map((environment) => [
        String(environment.name),
        environment.active,
        environment.state,
        environment.automatic,
      ]),
      [
        ['old', true, undefined, false],
        ['new', false, state, true],
      ],
    );
    const desired = desiredMenu(interpreted, () => undefined, undefined, grub.can);
    assert.not(isProblem(desired));
    if (!isProblem(desired)) assert.equal([...new Set(entriesOf(desired.menu).map(({ be }) => String(be)))], ['old']);
  });

  test(`in the state ${state} is neither activated nor copied`, () => {
    assert.equal(planActivate(worldOf(observation, grub), 'new'), refusal);
    assert.equal(planActivateOnce(worldOf(observation, grub), 'new'), refusal);
    const source = { name: beName('new'), snapshot: undefined };
    const intent = { source, name: beName('x'), description: undefined, activation: 'none', now: 1 } as const;
    assert.equal(planCreate(worldOf(observation, grub), intent), refusal);
  });
}

test.run();
