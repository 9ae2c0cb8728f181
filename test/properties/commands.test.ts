import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { anyBlueprint } from '../support/sequences/blueprint.ts';
import { anyDraft } from '../support/sequences/command.ts';
import { checkCrashes } from '../support/sequences/crash-laws.ts';
import { checkLaws } from '../support/sequences/laws.ts';
import { checkPlan, checkUntouched } from '../support/sequences/plan-laws.ts';
import { runSequence } from '../support/sequences/run-in-memory.ts';

const anySequence = fc.array(anyDraft([]), { maxLength: 12, size: 'max' });

/** Milliseconds after which no further sequence is begun; a failure says how to repeat it. */
const interruptAfterTimeLimit = 20_000;

const test = suite('sequences of commands in memory');

test('laws 2, 3, 4, 5, 7, 9: they hold after every command, and what is there is what a tiny model has', () => {
  let carried = 0;
  fc.assert(
    fc.property(anyBlueprint, anySequence, (blueprint, drafts) => {
      runSequence(blueprint, drafts, ({ before, command, plan, after }) => {
        carried += 1;
        checkPlan(before, command, plan);
        checkUntouched(before, after, command);
        checkLaws(after);
      });
    }),
    { numRuns: 2000, interruptAfterTimeLimit },
  );
  assert.ok(carried > 20, `${carried} commands were carried out`);
});

test('after a crash at any step of any command the next sync leaves nothing over', () => {
  let crashed = 0;
  fc.assert(
    fc.property(anyBlueprint, anySequence, fc.nat({ max: 8 }), (blueprint, drafts, nth) => {
      let count = 0;
      runSequence(blueprint, drafts, (carried) => {
        if (count === nth) {
          checkCrashes(carried);
          crashed += 1;
        }
        count += 1;
      });
    }),
    { numRuns: 2000, interruptAfterTimeLimit },
  );
  assert.ok(crashed > 4, `${crashed} commands were interrupted`);
});

test.run();
