import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SystemState } from '../../lib/model/environment.ts';
import { budget, cases } from '../support/budget.ts';
import { crossCheck } from '../support/cross-check.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { fastDirectory } from '../support/powercut/record.ts';
import { beHook } from '../support/program.ts';
import { anyBlueprint, type Blueprint } from '../support/sequences/blueprint.ts';
import { anyDraft } from '../support/sequences/command.ts';
import { runSequenceOnDisk } from '../support/sequences/run-on-disk.ts';

/*
 * The sequences and the model of test/properties/commands.test.ts, on a real btrfs. This test also checks the files of
 * each environment and each volume.
 */
const test = suite('sequences of commands on a disk');

/** Seconds after which no further sequence begins, if there were enough of them. A failure prints how to repeat it. */
const seconds = 40 * budget();

/** A slow machine runs as many sequences in a longer time. */
const enoughSequences = 10;

/** GRUB checks the result of every n-th sequence. */
const everyNth = 40;

/** Each root and each volume is a subvolume that the test has to make. Fewer of them leave time for more sequences. */
const smallBlueprint: fc.Arbitrary<Blueprint> = anyBlueprint.map((blueprint) => {
  const roots = blueprint.roots.slice(0, 2).map((root) => ({ ...root, volumes: root.volumes.slice(-2) }));
  const place = (index: number | undefined): number | undefined =>
    index === undefined ? undefined : index % roots.length;
  return { roots, recorded: place(blueprint.recorded), running: undefined, startsGrub: place(blueprint.startsGrub) };
});

const anySequence = fc.array(anyDraft(['reboot']), { minLength: 1, maxLength: 8, size: 'max' });

test('leave disk, list and menus equal to a small model after each command', async () => {
  // In memory, where many commands take no time.
  process.env['TMPDIR'] = await fastDirectory();
  const end = performance.now() + seconds * 1000;
  await withBtrfs({ sizeMiB: 1024 }, async (fs) => {
    let sequences = 0;
    await fc.assert(
      fc.asyncProperty(smallBlueprint, anySequence, async (blueprint, drafts) => {
        // fast-check's own time limit ends the test during a sequence, which then still uses the file system.
        if (performance.now() > end && sequences >= enoughSequences) return;
        await runSequenceOnDisk(fs, blueprint, drafts, async (state) => {
          if (sequences % everyNth === 0) await askOthers(fs, state);
        });
        sequences += 1;
      }),
      // A failing sequence is reported as it is. Shrinking it would take minutes.
      { numRuns: cases(250), endOnFailure: true },
    );
    assert.ok(sequences >= enoughSequences, `${sequences} sequences`);
  });
});

/** The output of the built program, and what GRUB boots. */
async function askOthers(fs: LoopBtrfs, { environments }: SystemState): Promise<void> {
  const planned = await beHook('sync', '--dry-run', '--filesystem', fs.top);
  assert.is(planned.stdout, '', planned.stderr);
  if (planned.status !== 0) return;
  const served = environments.filter(({ layout }) => ['boot-in-root', 'boot-subvolume'].includes(layout.kind));
  if (served.length < environments.length) return;
  await crossCheck(
    fs,
    served.flatMap(({ menuDirectories }) => menuDirectories.map(({ path }) => path)),
  );
}

test.run();
