import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { limits } from '../support/budget.ts';
import { anyBlueprint, type Blueprint } from '../support/sequences/blueprint.ts';
import { anyDraft, type Draft, draftsEndingIn, facts, type Verb, verbs } from '../support/sequences/command.ts';
import { checkCrashes } from '../support/sequences/crash-laws.ts';
import { checkLaws } from '../support/sequences/laws.ts';
import { checkPlan, checkUntouched } from '../support/sequences/plan-laws.ts';
import { type Carried, runSequence } from '../support/sequences/run-in-memory.ts';

const anySequence = fc.array(anyDraft([]), { maxLength: 12, size: 'max' });

const parameters = limits({ seconds: 5, runs: 500 });

/** be-hook's own commands. */
const needed = verbs.filter((verb) => !facts.some((fact) => fact === verb));

/** Runs sequences until each of be-hook's commands has been `seen`, for chance may have left some out. */
function goOnUntilAll(
  seen: ReadonlySet<Verb>,
  run: (blueprint: Blueprint, drafts: readonly Draft[], verb: Verb) => void,
): void {
  for (const verb of needed) {
    const property = fc.property(anyBlueprint, draftsEndingIn(verb, []), (blueprint, drafts) => {
      if (!seen.has(verb)) run(blueprint, drafts, verb);
    });
    fc.assert(property, { numRuns: 100 });
  }
  const missing = needed.filter((verb) => !seen.has(verb));
  assert.equal(missing, [], 'each command was carried out');
}

const test = suite('sequences of commands in memory');

test('laws 2, 3, 4, 5, 7, 9: they hold after every command, and what is there is what a tiny model has', () => {
  const seen = new Set<Verb>();
  const run = (blueprint: Blueprint, drafts: readonly Draft[]): void => {
    runSequence(blueprint, drafts, ({ before, command, plan, after }) => {
      checkPlan(before, command, plan);
      checkUntouched(before, after, command);
      checkLaws(after);
      seen.add(command.verb);
    });
  };
  fc.assert(fc.property(anyBlueprint, anySequence, run), parameters);
  goOnUntilAll(seen, run);
});

test('after a crash at any step of any command the next sync leaves nothing over', () => {
  const seen = new Set<Verb>();
  const run = (
    blueprint: Blueprint,
    drafts: readonly Draft[],
    crashes: (carried: Carried, index: number) => boolean,
  ): void => {
    let index = 0;
    runSequence(blueprint, drafts, (carried) => {
      if (crashes(carried, index)) {
        checkCrashes(carried);
        seen.add(carried.command.verb);
      }
      index += 1;
    });
  };
  fc.assert(
    fc.property(anyBlueprint, anySequence, fc.nat({ max: 8 }), (blueprint, drafts, nth) =>
      run(blueprint, drafts, (_carried, index) => index === nth),
    ),
    parameters,
  );
  goOnUntilAll(seen, (blueprint, drafts, verb) => run(blueprint, drafts, ({ command }) => command.verb === verb));
});

test.run();
