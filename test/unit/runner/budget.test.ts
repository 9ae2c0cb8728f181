import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { budget, cases, limits } from '../../support/budget.ts';

const factor = suite('BE_HOOK_BUDGET');

const given = process.env['BE_HOOK_BUDGET'];

// Other files run in this process too.
factor.after.each(() => {
  if (given === undefined) delete process.env['BE_HOOK_BUDGET'];
  else process.env['BE_HOOK_BUDGET'] = given;
});

factor('is 1 by default, and multiplies seconds and cases', () => {
  process.env['BE_HOOK_BUDGET'] = '';
  assert.is(budget(), 1);
  process.env['BE_HOOK_BUDGET'] = '4';
  assert.equal(limits({ seconds: 5, runs: 500 }), { numRuns: 2000, interruptAfterTimeLimit: 20_000 });
  process.env['BE_HOOK_BUDGET'] = '0.1';
  assert.equal([cases(3), cases(25)], [1, 3]);
});

for (const text of ['0', '-1', 'much', 'Infinity']) {
  factor(`is refused as “${text}”`, () => {
    process.env['BE_HOOK_BUDGET'] = text;
    assert.throws(budget, /BE_HOOK_BUDGET is no positive number/);
  });
}

factor.run();
