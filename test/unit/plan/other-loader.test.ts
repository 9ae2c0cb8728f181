import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { entriesOf, type Menu } from '../../../lib/model/menu.ts';
import type { Observation } from '../../../lib/model/observation.ts';
import { isProblem, type Problem } from '../../../lib/model/problem.ts';
import type { Plan } from '../../../lib/model/step.ts';
import { planActivate, planActivateOnce } from '../../../lib/plan/activate.ts';
import { planCreate } from '../../../lib/plan/create.ts';
import { planDestroy } from '../../../lib/plan/destroy.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { planUninstall } from '../../../lib/plan/uninstall.ts';
import { type World, worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import { aSystem, beName, planned } from '../../support/builders.ts';
import { jsonLoader, startedByJson } from '../../support/json-loader.ts';

const step = (observation: Observation, planner: (world: World) => Plan | Problem): Observation =>
  applyInMemory(observation, planned(planner(worldOf(observation, jsonLoader))).steps);

const sync = (world: World): Plan | Problem => planSync(world, { refreshDistributionMenu: false });

const start = (): Observation => {
  const system = aSystem().withTools({ firmware: 'bios' }).withBe('a').withKernel('6.1').running().active();
  return step(startedByJson({ ...system.observation(), uses: [] }), sync);
};

const copied = (): Observation =>
  step(start(), (world) => {
    const source = { name: 'a', snapshot: undefined };
    return planCreate(world, { source, name: beName('b'), description: undefined, activation: 'none', now: 1 });
  });

function menusOf({ roots }: Observation): readonly Menu[] {
  return roots.flatMap((root) => jsonLoader.readMenus(root).flatMap((menu) => menu ?? []));
}

/** The environments in each menu, the default first. */
function offered(observation: Observation): readonly string[] {
  return menusOf(observation).map((menu) => {
    const standard = menu.default.be;
    return [standard, ...entriesOf(menu).flatMap(({ be }) => (be === standard ? [] : [be]))].join(' ');
  });
}

const test = suite('planners with another loader');

test('offer a copy in every menu', () => {
  assert.equal(offered(copied()), ['a b', 'a b']);
});

test('show every entry by itself, because this loader cannot fold', () => {
  const groups = menusOf(copied()).flatMap((menu) => menu.groups);

  assert.equal([...new Set(groups.map(({ folded }) => folded))], [false]);
});

test('refuse to boot once, because this loader cannot', () => {
  const observation = copied();
  const oneShot = { mountpoint: '/efi', filesystemUuid: '1A2B-3C4D', why: '', next: undefined };

  const answer = planActivateOnce(worldOf({ ...observation, oneShot }, jsonLoader), 'b');

  assert.ok(isProblem(answer) && answer.code === 'one-shot-impossible');
});

test('make another environment the default in every menu', () => {
  const after = step(copied(), (world) => planActivate(world, 'b'));
  assert.equal(offered(after), ['b a', 'b a']);
  assert.equal(planned(sync(worldOf(after, jsonLoader))).steps, []);
});

test('remove a destroyed environment from every menu', () => {
  const after = step(copied(), (world) => planDestroy(world, { name: 'b', snapshot: undefined }));
  assert.equal(offered(after), ['a']);
});

test('remove every menu at the end', () => {
  assert.equal(menusOf(step(copied(), planUninstall)), []);
});

test.run();
