import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cases } from '../support/budget.ts';
import { type BootDiskSpec, type BootFilesystems, bootPartition, formatDisk } from '../support/disk/boot-disk.ts';
import { blscfgFor } from '../support/grub/blscfg.ts';
import { runGrub } from '../support/grub/boot.ts';
import { grubSees } from '../support/grub/files.ts';
import { grubTools } from '../support/grub/versions.ts';
import { type Cut, forEachCut } from '../support/powercut/cuts.ts';
import { withDiskRecording } from '../support/powercut/record.ts';
import type { MenuData } from '../support/program.ts';
import { addKernel, addModules, fillMachine, machineOn, type SeparateBootMachine } from '../support/separate-boot.ts';

const [older, newer] = ['6.17.1-300.fc44.x86_64', '6.18.2-300.fc44.x86_64'];

const test = suite('a power cut on a machine with a separate /boot');

async function beHook(machine: SeparateBootMachine, words: string): Promise<string> {
  const { status, stdout, stderr } = await machine.sh(`be-hook ${words}`);
  assert.is(status, 0, `be-hook ${words}: ${stdout}${stderr}`);
  return stderr;
}

/** The commands in this order, and what the machine boots by default after each one: its root and its kernel. */
const story = [
  ['create next', `@be1 ${older}`],
  // GRUB's saved entry names the older kernel.
  ['sync', `@be1 ${older}`],
  ['activate next', `be-hook/next/root ${older}`],
  ['activate be1', `@be1 ${older}`],
  ['destroy -F next', `@be1 ${older}`],
] as const;

async function runStory(machine: SeparateBootMachine, mark: (name: string) => Promise<void>): Promise<void> {
  for (const [words] of story) {
    if (words === 'sync') {
      await addModules(machine.path(''), newer);
      await addKernel(machine.boot.top, newer, machine.fs.uuid);
    }
    await beHook(machine, words);
    await mark(words);
  }
}

const tools = grubTools('2.14');

/**
 * As GRUB sees the disk, without replay of a journal. The default is the one before or after the interrupted command, and
 * the one after a command that has ended. The kernel and the initramfs of every entry are complete.
 */
async function checkBoot({ image, label, passed, at }: Cut, blscfg: string): Promise<void> {
  const before = `${blscfg}set root=${bootPartition}\nset prefix=(${bootPartition})/grub2\n`;
  const { booted, messages } = await runGrub({ tools: await tools, images: [image], menuDirectory: '' }, { before });
  const [path = 'nothing', ...options] = booted?.linux ?? [];
  const root = /rootflags=subvol=(\S*)/.exec(options.join(' '))?.[1] ?? '';
  const kernel = await contentOf(image, path);
  const release = /^KERNEL be1 (\S+)$/.exec(kernel)?.[1] ?? messages.join('\n');
  const done = story.findIndex(([words]) => !passed.includes(words));
  const earlier = story[done - 1]?.[1] ?? `@be1 ${older}`;
  const allowed: readonly (string | undefined)[] = at === undefined ? [earlier, story[done]?.[1]] : [earlier];
  assert.ok(allowed.includes(`${root} ${release}`), `${label}: ${root} ${release} instead of ${allowed.join(' or ')}`);
  assert.is(await contentOf(image, booted?.initrd[0] ?? ''), `INITRD be1 ${release}`, label);
  const menu = (await see(image, '/grub2/be-hook.cfg')) ?? '';
  for (const [, command = '', file = ''] of menu.matchAll(/^\s*(linux|initrd) (\S+)/gm)) {
    const content = await contentOf(image, file);
    assert.match(content, new RegExp(`^${command === 'linux' ? 'KERNEL' : 'INITRD'} be1 \\S+$`), `${label}: ${file}`);
  }
}

async function see(image: string, path: string): Promise<string | undefined> {
  const content = await grubSees(await tools, [image], path, 'loop0,gpt4');
  return content?.toString();
}

/** The only line of a complete file, which repeats it. */
async function contentOf(image: string, path: string): Promise<string> {
  const text = (await see(image, path)) ?? '';
  const [line = ''] = text.split('\n');
  return text === `${line}\n`.repeat(400) ? line : `${path} is not complete: ${text.slice(0, 100)}`;
}

/** As the kernel sees the disk: the next run finishes the interrupted work, and no file that is needed is missing. */
async function checkRecovery(machine: SeparateBootMachine, label: string): Promise<void> {
  await beHook(machine, 'sync');
  await beHook(machine, 'sync');
  const plan = (await machine.json('sync', '--dry-run')) as { readonly steps: readonly unknown[] };
  assert.equal(plan.steps, [], label);
  const { entries } = (await machine.json('menu')) as MenuData;
  for (const { image, initrds, release } of entries) {
    const texts = await Promise.all([image, ...initrds].map((path) => readFile(join(machine.boot.top, path), 'utf8')));
    const lines = texts.map((text) => text.split('\n')[0]);
    assert.equal(lines, [`KERNEL be1 ${release}`, `INITRD be1 ${release}`], label);
  }
}

async function withPrepared(
  type: BootDiskSpec['type'],
  body: (image: string, filesystems: BootFilesystems) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-two-'));
  try {
    const image = join(directory, 'disk.img');
    const filesystems = await formatDisk(image, type, { sizeMiB: 640, bootMiB: 320 });
    await filesystems.mount(image, async (fs, boot) => beHook(await fillMachine(fs, boot, [older]), 'setup --yes'));
    await body(image, filesystems);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Both file systems are on one disk, so that the log has the order of all writes. */
async function cutStory(type: BootDiskSpec['type'], atMost: number): Promise<number> {
  let count = 0;
  await withPrepared(type, async (image, filesystems) => {
    let blscfg = '';
    const record = (disk: string, mark: (name: string) => Promise<void>): Promise<void> =>
      filesystems.mount(disk, async (fs, boot) => {
        blscfg = await blscfgFor(boot.top, ['loader/entries']);
        await runStory(await machineOn(fs, boot), mark);
      });
    await withDiskRecording(image, record, async (recording) => {
      count = await forEachCut(recording, { prefixes: 60, subsets: 0, seed: 7, atMost }, async (cut) => {
        await checkBoot(cut, blscfg);
        const recover = (copy: string): Promise<void> =>
          filesystems.mount(copy, async (fs, boot) => checkRecovery(await machineOn(fs, boot), cut.label));
        await cut.copied(recover);
      });
    });
  });
  return count;
}

for (const [type, atMost] of [
  ['ext4', 8],
  ['xfs', 5],
] as const) {
  test(`leaves complete kernels on ${type} for every entry, and the next run converges`, async () => {
    const count = await cutStory(type, cases(atMost));
    assert.ok(count > 0);
  });
}

test.run();
