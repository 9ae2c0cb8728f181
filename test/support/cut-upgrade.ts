import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { bootedWords } from './grub/boot.ts';
import { grubSees } from './grub/files.ts';
import { grubTools } from './grub/versions.ts';
import { checkInterruptedUpgrade, type Phase, type UpgradeScene, withUpgradeScene } from './killed-upgrade.ts';
import { type Cut, forEachCut } from './powercut/cuts.ts';
import type { CutSelection } from './powercut/plan.ts';
import { type Recording, withRecording } from './powercut/record.ts';
import { beHookOk } from './program.ts';

/**
 * Records one upgrade, and cuts its power at the moments of each selection. Checks that the machine boots the same system
 * as before. Returns the phases of the cuts for each selection.
 */
export async function cutUpgrade(
  selections: readonly Omit<CutSelection, 'seed'>[],
): Promise<readonly ReadonlySet<Phase>[]> {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const found: ReadonlySet<Phase>[] = [];
  await withUpgradeScene(async (scene) => {
    const kernel = await scene.fresh(({ top }) => readFile(join(top, '@be1/boot/vmlinuz-6.1.0-1')));
    await withRecording(
      scene.image,
      async ({ top }) => {
        await beHookOk('upgrade', '--filesystem', top);
      },
      async (recording) => {
        for (const selection of selections)
          found.push(await checkCuts(scene, recording, { ...selection, seed }, kernel));
      },
    );
  });
  return found;
}

async function checkCuts(
  scene: UpgradeScene,
  recording: Recording,
  selection: CutSelection,
  kernel: Buffer,
): Promise<ReadonlySet<Phase>> {
  const seen = new Set<Phase>();
  let turn = 0;
  await forEachCut(recording, selection, async (cut) => {
    turn += 1;
    const label = `seed ${selection.seed}: ${cut.label}`;
    await checkBoot({ ...cut, label }, kernel);
    const askGrub = turn % 4 === 0;
    seen.add(await cut.consumed((fs) => checkInterruptedUpgrade(scene, fs, { label, askGrub })));
  });
  assert.ok(turn >= 10, `${turn} cuts`);
  return seen;
}

/** Until the upgrade reports success, either system may be the default. Both are complete for GRUB, which replays no log. */
async function checkBoot(cut: Cut, kernel: Buffer): Promise<void> {
  const tools = await grubTools('2.14');
  const { booted } = await bootedWords({ tools, images: [cut.image], menuDirectory: '/@be1/boot/grub' });
  const image = booted?.linux[0] ?? 'nothing';
  const allowed =
    cut.passed.length === 0 ? /^\/(@be1|be-hook\/be1-2\/root)\/boot\// : /^\/be-hook\/be1-2\/root\/boot\//;
  assert.match(image, allowed, cut.label);
  assert.equal(await grubSees(tools, [cut.image], image), kernel, `${cut.label}: ${image}`);
}
