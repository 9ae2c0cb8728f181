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

/** Runs sequences until each command of be-hook was `seen`: random sequences may omit some. */
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

test('keep the laws of lib/LAWS.md and agree with a model after every command', () => {
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

test('leave no unfinished work after a crash at any step and the next sync', () => {
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
