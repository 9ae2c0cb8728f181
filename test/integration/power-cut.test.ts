import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cases } from '../support/budget.ts';
import {
  defaultOf,
  installKernel,
  menuDirectories,
  newImage,
  newRelease,
  oldRelease,
  withTwo,
} from '../support/crash-scene.ts';
import { diskState } from '../support/disk-state.ts';
import { bootedWords } from '../support/grub/boot.ts';
import { grubSees } from '../support/grub/files.ts';
import { grubTools } from '../support/grub/versions.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { type Cut, forEachCut } from '../support/powercut/cuts.ts';
import { withRecording } from '../support/powercut/record.ts';
import { beHook, beHookOk, menuOf } from '../support/program.ts';
import { bootFile } from '../support/root-tree.ts';

const test = suite('a power cut during sync');

/**
 * As the kernel sees the disk: it replays the log, and the next run continues from there. Each state is checked once,
 * because many cuts lose the writes since the same commit.
 */
async function checkNextSync(cut: Cut, copy: LoopBtrfs, checked: Set<string>): Promise<void> {
  const state = await diskState(copy);
  if (checked.has(state)) return;
  const menu = await menuOf(copy.top);
  assert.ok(menu.entries.some((entry) => entry.id === menu.default));
  const again = await beHook('sync', '--filesystem', copy.top);
  assert.is(again.status, 0, `${cut.label}: ${again.stderr}`);
  const whole = await readFile(join(copy.top, newImage), 'utf8').catch(() => '');
  const expected = whole === bootFile('KERNEL', 'be1', newRelease) ? [newRelease, oldRelease] : [oldRelease];
  const { default: standard } = await menuOf(copy.top);
  assert.ok(expected.map(defaultOf).includes(standard ?? ''), `${cut.label}: ${standard ?? ''}`);
  checked.add(state);
}

test('leaves a complete menu and default at any write, and the next sync converges', async () => {
  const tools = await grubTools('2.14');
  await withTwo(async (fs) => {
    await fs.unmounted(() =>
      withRecording(
        fs.image,
        async ({ top }, mark) => {
          await installKernel(top);
          await beHookOk('sync', '--filesystem', top);
          await mark('synced');
        },
        async (recording) => {
          let converged = 0;
          const checked = new Set<string>();
          const subsets = cases(8);
          const count = await forEachCut(recording, { prefixes: 'all', subsets, seed: 11 }, async (cut) => {
            for (const home of menuDirectories) {
              const { booted } = await bootedWords({ tools, images: [cut.image], menuDirectory: `/${home}` });
              const image = booted?.linux[0] ?? 'nothing';
              const release = image.split('vmlinuz-')[1] ?? '';
              const content = await grubSees(tools, [cut.image], image);
              assert.is(content?.toString(), bootFile('KERNEL', 'be1', release), `${cut.label}: ${image}`);
              const allowed = cut.passed.includes('synced') ? [newRelease] : [oldRelease, newRelease];
              assert.ok(allowed.includes(release), `${cut.label}: ${release}`);
            }
            await cut.consumed((copy) => checkNextSync(cut, copy, checked));
            converged += 1;
          });
          assert.ok(count >= recording.writes.length + subsets, `${count} cuts`);
          assert.is(converged, count);
        },
      ),
    );
  });
});

test.run();
