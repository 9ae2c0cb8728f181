import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { oldRelease, withTwo } from '../support/crash-scene.ts';
import { bootedWords } from '../support/grub/boot.ts';
import { grubSees } from '../support/grub/files.ts';
import { grubTools } from '../support/grub/versions.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { type Cut, forEachCut } from '../support/powercut/cuts.ts';
import { withRecording } from '../support/powercut/record.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';
import { bootFile } from '../support/root-tree.ts';

const test = suite('a power cut during commands on environments');

/** The commands in this order. Each result is on the disk when the command has ended. */
const commands: readonly (readonly string[])[] = [
  ['create', '-a', 'new'],
  ['snapshot', 'new@kept'],
  ['activate', 'be1'],
  ['rollback', 'new@kept'],
  ['destroy', '-F', 'new'],
];

/** As GRUB sees the disk, without log replay: the default entry is complete, and in its GRUB directory. */
async function checkBoot(cut: Cut): Promise<string> {
  const tools = await grubTools('2.14');
  const { booted } = await bootedWords({ tools, images: [cut.image], menuDirectory: '/@be1/boot/grub' });
  const image = booted?.linux[0] ?? 'nothing';
  const content = await grubSees(tools, [cut.image], image);
  assert.is(content?.toString(), bootFile('KERNEL', 'be1', oldRelease), `${cut.label}: ${image}`);
  const root = booted?.linux.find((word) => word.startsWith('rootflags='));
  assert.match(root ?? '', image.split('/boot/')[0]?.slice(1) ?? 'no root', cut.label);
  return image;
}

/**
 * As the kernel sees the disk: the next run finishes the interrupted work, and the menu boots the environments that
 * exist.
 */
async function checkRecovery(cut: Cut, { top }: LoopBtrfs): Promise<void> {
  const again = await beHook('sync', '--filesystem', top);
  assert.is(again.status, 0, `${cut.label}: ${again.stderr}`);
  const settled = await beHook('sync', '--filesystem', top);
  assert.equal([settled.status, settled.stderr], [0, ''], cut.label);
  const menu = await menuOf(top);
  for (const { image, be } of menu.entries) {
    const text = await readFile(join(top, image), 'utf8');
    assert.match(text, /^KERNEL be[12] /, `${cut.label}: ${be}`);
  }
  const listed = await listOf(top);
  assert.ok(
    listed.every(({ problems }) => problems.length === 0),
    cut.label,
  );
  // The store holds only environments and snapshots.
  const kept = (await readdir(join(top, 'be-hook')).catch(() => [])).filter((name) => name !== 'history');
  const own = listed.map(({ subvolume }) => /^be-hook\/([^/]+)/.exec(subvolume.path)?.[1]);
  const lost = kept.filter((name) => !own.includes(name) && !name.startsWith('new@kept'));
  assert.equal(lost, [], cut.label);
}

test('leaves a complete default at any write, and the next run converges', async () => {
  await withTwo(async (fs) => {
    await fs.unmounted(() =>
      withRecording(
        fs.image,
        async ({ top }, mark) => {
          for (const words of commands) {
            await beHookOk(...words, '--filesystem', top);
            await mark(words.join(' '));
          }
        },
        async (recording) => {
          const count = await forEachCut(recording, { prefixes: 24, subsets: 32, seed: 5, atMost: 36 }, async (cut) => {
            const image = await checkBoot(cut);
            if (cut.passed.length === 0) assert.match(image, /^\/(@be1|be-hook\/new\/root)\//, cut.label);
            if (cut.passed.length === 1) assert.match(image, /^\/be-hook\/new\/root\//, cut.label);
            if (cut.passed.includes('activate be1')) assert.match(image, /^\/@be1\//, cut.label);
            await cut.mounted((copy) => checkRecovery(cut, copy));
          });
          assert.ok(count >= 30, `${count} cuts`);
        },
      ),
    );
  });
});

test.run();
