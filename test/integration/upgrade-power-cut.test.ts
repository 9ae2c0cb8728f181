import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootedWords } from '../support/grub/boot.ts';
import { grubSees } from '../support/grub/files.ts';
import { grubTools } from '../support/grub/versions.ts';
import { checkInterruptedUpgrade, type Phase, type UpgradeScene, withUpgradeScene } from '../support/killed-upgrade.ts';
import { needTool } from '../support/need-tool.ts';
import { type Cut, forEachCut } from '../support/powercut/cuts.ts';
import { withRecording } from '../support/powercut/record.ts';
import { beHookOk } from '../support/program.ts';

const test = suite('power cut of an upgrade');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

/** Until it is said to be done, either system may be the default; each is whole, as GRUB sees it, which replays no log. */
async function checkBoot(cut: Cut, kernel: Buffer): Promise<void> {
  const tools = await grubTools('2.14');
  const { booted } = await bootedWords({ tools, images: [cut.image], home: '/@be1/boot/grub' });
  const image = booted?.linux[0] ?? 'nothing';
  const allowed =
    cut.passed.length === 0 ? /^\/(@be1|be-hook\/be1-2\/root)\/boot\// : /^\/be-hook\/be1-2\/root\/boot\//;
  assert.match(image, allowed, cut.label);
  assert.equal(await grubSees(tools, [cut.image], image), kernel, `${cut.label}: ${image}`);
}

async function cutUpgrade(scene: UpgradeScene, seed: number): Promise<ReadonlySet<Phase>> {
  const kernel = await scene.fresh(({ top }) => readFile(join(top, '@be1/boot/vmlinuz-6.1.0-1')));
  const seen = new Set<Phase>();
  await withRecording(
    scene.image,
    async ({ top }) => {
      await beHookOk('upgrade', '--filesystem', top);
    },
    async (recording) => {
      let turn = 0;
      const count = await forEachCut(recording, { prefixes: 20, subsets: 20, seed, atMost: 20 }, async (cut) => {
        turn += 1;
        const label = `seed ${seed}: ${cut.label}`;
        await checkBoot({ ...cut, label }, kernel);
        const askGrub = turn % 4 === 0;
        seen.add(await cut.mounted((fs) => checkInterruptedUpgrade(scene, fs, { label, askGrub })));
      });
      assert.ok(count >= 20, `${count} cuts`);
    },
  );
  return seen;
}

test('law 1: at any write a whole system boots, nothing of the old one has changed, and the next upgrade succeeds', async () => {
  await withUpgradeScene(async (scene) => {
    const seen = await cutUpgrade(scene, Math.floor(Math.random() * 2 ** 32));
    assert.ok(seen.size >= 4, [...seen].join(', '));
  });
});

test.run();
