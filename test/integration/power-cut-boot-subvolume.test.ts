import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copyPlace, kernelOf, original, releases, withCloudMachine } from '../support/cloud-machine.ts';
import { bootedWords } from '../support/grub/boot.ts';
import { grubSees } from '../support/grub/files.ts';
import { grubTools } from '../support/grub/versions.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { type Cut, forEachCut } from '../support/powercut/cuts.ts';
import { withRecording } from '../support/powercut/record.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';
import { bootFile } from '../support/root-tree.ts';

const test = suite('a power cut on a machine whose /boot is a subvolume');

/** The commands in this order. Each result is on the disk when the command has ended. */
const commands: readonly (readonly string[])[] = [
  ['create', '-a', 'next'],
  ['snapshot', 'root@kept'],
  ['activate', 'root'],
  ['destroy', '-F', 'next'],
];

/** As GRUB sees the disk, without log replay. Returns the environment that boots, with its own complete kernel. */
async function checkBoot(cut: Cut, fs: Pick<LoopBtrfs, 'uuid'>): Promise<'root' | 'next'> {
  const tools = await grubTools('2.14');
  const { booted } = await bootedWords({ tools, images: [cut.image], menuDirectory: '/boot/grub2' });
  const [image = 'nothing', ...options] = booted?.linux ?? [];
  const content = await grubSees(tools, [cut.image], image);
  assert.is(content?.toString(), bootFile('KERNEL', 'root', releases[0]), `${cut.label}: ${image}`);
  const name = image.startsWith('/boot/') ? 'root' : 'next';
  const place = name === 'root' ? original : copyPlace(name);
  assert.equal(
    { image, initrds: booted?.initrd, options },
    kernelOf({ fs: fs as LoopBtrfs }, place, releases[0]),
    cut.label,
  );
  return name;
}

/** As the kernel sees the disk: the next run finishes the interrupted work, and every entry has its files. */
async function checkRecovery(cut: Cut, { top }: LoopBtrfs): Promise<void> {
  const again = await beHook('sync', '--filesystem', top);
  assert.is(again.status, 0, `${cut.label}: ${again.stderr}`);
  for (const { image, initrds } of (await menuOf(top)).entries) {
    for (const path of [image, ...initrds]) assert.ok((await readFile(join(top, path))).length > 0, path);
  }
  const listed = await listOf(top);
  assert.equal(
    listed.flatMap(({ problems }) => problems),
    [],
    cut.label,
  );
  const stored = (await readdir(join(top, 'be-hook')).catch(() => [])).filter(
    (name) => !/^(history$|root@kept)/.test(name),
  );
  assert.equal(stored, listed.length === 2 ? ['next'] : [], cut.label);
}

test('boots an environment with its own kernel at any write, and the next run converges', async () => {
  await withCloudMachine(async ({ fs }) => {
    await beHookOk('adopt', 'root', '--filesystem', fs.top);
    await fs.unmounted(() =>
      withRecording(
        fs.image,
        async ({ top }, mark) => {
          for (const args of commands) {
            await beHookOk(...args, '--filesystem', top);
            await mark(args.join(' '));
          }
        },
        async (recording) => {
          const count = await forEachCut(recording, { prefixes: 12, subsets: 12, seed: 7, atMost: 16 }, async (cut) => {
            const name = await checkBoot(cut, fs);
            if (cut.passed.length === 1) assert.is(name, 'next', cut.label);
            if (cut.passed.includes('activate root')) assert.is(name, 'root', cut.label);
            await cut.mounted((copy) => checkRecovery(cut, copy));
          });
          assert.ok(count >= 14, `${count} cuts`);
        },
      ),
    );
  });
});

test.run();
