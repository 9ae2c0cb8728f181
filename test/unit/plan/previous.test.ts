import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findPrevious } from '../../../lib/plan/previous.ts';
import { aSystem, type SystemBuilder } from '../../support/builders.ts';

const test = suite('findPrevious');

const previous = (system: SystemBuilder): string | undefined => findPrevious(system.state())?.name;
const point = { automatic: true, restorePoint: 'x' } as const;

test('returns the origin of the running environment, not a younger one', () => {
  const system = aSystem().withBe('a').withKernel('6').withBe('b').withKernel('6').withBe('c').withKernel('6');
  assert.is(previous(system.copiedFrom('a').running().active()), 'a');
});

test('returns the youngest older environment if the origin cannot boot', () => {
  const system = aSystem().withBe('old').withKernel('6').withBe('less').withKernel('6').withBe('bare');
  const present = system.withBe('now').withKernel('6').copiedFrom('bare').running().active();
  assert.is(previous(present.withBe('new').withKernel('6')), 'less');
});

test('prefers the youngest restore point of the running environment to its origin', () => {
  const system = aSystem().withBe('a').withKernel('6').withBe('now').withKernel('6').copiedFrom('a').running().active();
  const one = system.withBe('r1').withKernel('6').copiedFrom('now').withMark(point);
  assert.is(previous(one), 'r1');
  assert.is(previous(one.withBe('r2').withKernel('6').copiedFrom('now').withMark(point)), 'r2');
  assert.is(previous(one.withBe('r2').copiedFrom('now').withMark(point)), 'r1', 'one without a kernel is passed over');
  assert.is(previous(one.withMark({ state: 'failed' })), 'a');
});

test('returns the previous restore point of a restore point, not its source', () => {
  const system = aSystem()
    .withBe('main')
    .withKernel('6')
    .withBe('r1')
    .withKernel('6')
    .copiedFrom('main')
    .withMark(point);
  const later = system.withBe('r2').withKernel('6').copiedFrom('main').withMark(point).running().active();
  assert.is(previous(later), 'r1');
});

test('returns the running environment if the default never booted', () => {
  const system = aSystem().withBe('a').withKernel('6').withBe('now').withKernel('6').copiedFrom('a').running();
  const upgraded = system.withBe('new').withKernel('7').copiedFrom('now').withMark({ automatic: true });
  assert.is(previous(upgraded.active()), 'now');
  assert.is(previous(upgraded.withMark(point).active()), 'new', 'a restore point that is to boot already stays it');
});

test('ignores incomplete and failed environments', () => {
  const now = aSystem().withBe('now').withKernel('6').running().active();
  assert.is(previous(now), undefined);
  assert.is(previous(now.withBe('new').withKernel('6')), undefined, 'a younger one is not what it was');
  assert.is(previous(aSystem()), undefined);
  const failed = aSystem().withBe('old').withKernel('6').withMark({ state: 'failed' });
  assert.is(previous(failed.withBe('now').withKernel('6').running().active()), undefined);
});

test('orders environments of the same second by their creation', () => {
  const old = aSystem().withBe('old').withKernel('6').withMark({ created: 7 });
  assert.is(previous(old.withBe('now').withKernel('6').withMark({ created: 7 }).running().active()), 'old');
});

test('starts at the active environment if none runs', () => {
  const system = aSystem().withBe('old').withKernel('6').withBe('now').withKernel('6').active();
  assert.is(previous(system), 'old');
});

test.run();
