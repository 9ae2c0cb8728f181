import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../lib/bootloaders/grub/backend.ts';
import type { Step } from '../../lib/model/step.ts';
import { planUninstall } from '../../lib/plan/uninstall.ts';
import { worldOf } from '../../lib/plan/world.ts';
import { limits } from '../support/budget.ts';
import { outcomes } from '../support/memory-filesystems.ts';
import { anyBootDraft, type BootDraft, type BootVerb, commandVerbs } from '../support/shared-boot/commands.ts';
import { type CutChoices, checkCuts } from '../support/shared-boot/crash.ts';
import { apply, observe } from '../support/shared-boot/machine.ts';
import { type CarriedOnBoot, runOnBoot } from '../support/shared-boot/run.ts';

/** Without a second environment little can go wrong. */
const first: BootDraft = { verb: 'create', who: 0, what: 0 };

const anySequence = fc.array(anyBootDraft, { maxLength: 20, size: 'max' }).map((drafts) => [first, ...drafts]);

const anyCuts: fc.Arbitrary<CutChoices> = fc.record(
  {
    outcomes: fc.array(fc.constantFrom(...outcomes), { minLength: 1, maxLength: 7 }),
    lost: fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 7 }),
  },
  { noNullPrototype: true },
);

const isOfCopy = ({ kind }: Step): boolean => kind === 'keep-file' || kind === 'remove-file';

const test = suite('sequences on a separate /boot in memory');

for (const type of ['ext4', 'vfat'] as const) {
  test(`every entry loads what its environment owned last on ${type}`, () => {
    const seen = new Set<BootVerb>();
    const property = fc.property(anySequence, (drafts) =>
      runOnBoot(drafts, ({ command }) => seen.add(command.verb), type),
    );
    fc.assert(property, limits({ seconds: 8, runs: 2000 }));
    // Random sequences may omit a command.
    for (let round = 0; round < 50 && seen.size < commandVerbs.length; round += 1) fc.assert(property, { numRuns: 20 });
    assert.equal([...seen].sort(), [...commandVerbs].sort(), 'each command was carried out');
  });

  test(`every entry loads whole files after a power cut at any step on ${type}, and the next sync repairs the rest`, () => {
    const property = fc.property(anySequence, anyCuts, fc.nat({ max: 30 }), (drafts, choices, nth) => {
      const carried: CarriedOnBoot[] = [];
      runOnBoot(drafts, (each) => carried.push(each), type);
      // A sync without steps, or only with a menu, cannot lose much.
      const withCopies = carried.filter(({ steps }) => steps.some(isOfCopy));
      const all = withCopies.length > 0 ? withCopies : carried;
      const cut = all[nth % all.length];
      if (cut !== undefined) checkCuts(cut, choices);
    });
    fc.assert(property, limits({ seconds: 8, runs: 2000 }));
  });
}

test('uninstall replaces no file on vfat, and leaves none of the menu', () => {
  const property = fc.property(anySequence, (drafts) => {
    const carried: CarriedOnBoot[] = [];
    runOnBoot(drafts, (each) => carried.push(each), 'vfat');
    const last = carried.at(-1);
    if (last === undefined) return;
    const before = apply(last.machine, last.steps);
    const observation = observe(before, { all: true });
    const { steps, unresolved } = planUninstall(worldOf(observation, grub));
    // The model throws for a replacement that FAT does not permit.
    const after = apply(before, steps);
    assert.equal(unresolved, []);
    assert.equal(
      [...after.boot.keys()].filter((path) => path.startsWith('grub2/')),
      ['grub2/grub.cfg'],
    );
  });
  fc.assert(property, limits({ seconds: 5, runs: 500 }));
});

test.run();
