import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SystemState } from '../../lib/model/environment.ts';
import { crossCheck } from '../support/cross-check.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { beHook } from '../support/program.ts';
import { anyBlueprint, type Blueprint } from '../support/sequences/blueprint.ts';
import { anyDraft } from '../support/sequences/command.ts';
import { runSequenceOnDisk } from '../support/sequences/run-on-disk.ts';

/*
 * What test/properties/commands.test.ts does in memory, on a real btrfs: the same sequences, the same model, and what lies
 * in the files of every environment and of every volume.
 */
const test = suite('sequences of commands on a disk');

/** Milliseconds after which no further sequence is begun; a failure says how to repeat it. */
const interruptAfterTimeLimit = 80_000;

/** How many sequences there are between two of which GRUB has a look at the end. */
const everyNth = 40;

/** Each root and each volume is a subvolume to be made: fewer of them leave time for more sequences. */
const smallBlueprint: fc.Arbitrary<Blueprint> = anyBlueprint.map((blueprint) => {
  const roots = blueprint.roots.slice(0, 2).map((root) => ({ ...root, volumes: root.volumes.slice(-2) }));
  const place = (index: number | undefined): number | undefined =>
    index === undefined ? undefined : index % roots.length;
  return { roots, recorded: place(blueprint.recorded), running: undefined, startsGrub: place(blueprint.startsGrub) };
});

const anySequence = fc.array(anyDraft(['reboot']), { minLength: 1, maxLength: 8, size: 'max' });

test('disk, list, menus and a tiny model agree after every command, and the laws hold', async () => {
  // In memory, where the many commits take no time.
  if (existsSync('/dev/shm')) process.env['TMPDIR'] = '/dev/shm';
  await withBtrfs({ sizeMiB: 1024 }, async (fs) => {
    let sequences = 0;
    await fc.assert(
      fc.asyncProperty(smallBlueprint, anySequence, async (blueprint, drafts) => {
        await runSequenceOnDisk(fs, blueprint, drafts, async (state) => {
          if (sequences % everyNth === 0) await askOthers(fs, state);
        });
        sequences += 1;
      }),
      // A sequence that fails is reported as it is: to make it shorter by trying would take minutes.
      { numRuns: 250, interruptAfterTimeLimit, endOnFailure: true },
    );
    assert.ok(sequences >= 10, `${sequences} sequences`);
  });
});

/** What the built program says, and what GRUB would do. */
async function askOthers(fs: LoopBtrfs, { environments }: SystemState): Promise<void> {
  const planned = await beHook('sync', '--dry-run', '--filesystem', fs.top);
  assert.is(planned.stdout, '', planned.stderr);
  if (planned.status !== 0) return;
  const served = environments.filter(({ layout }) => layout.kind === 'boot-in-root');
  if (served.length < environments.length) return;
  await crossCheck(
    fs,
    served.flatMap(({ menuDirectories }) => menuDirectories.map(({ path }) => path)),
  );
}

test.run();
