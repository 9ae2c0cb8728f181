import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readEntry, renderEntries } from '../../lib/bootloaders/bls/entry-file.ts';
import { readDefault } from '../../lib/bootloaders/bls/settings.ts';
import { menuNames, printPointer } from '../../lib/bootloaders/grub/pointer.ts';
import { defaultPath, fatEntries, fatFiles, fatMenu, fatSystems } from '../support/guest/fat-files.ts';
import { runOnFat } from '../support/guest/fat-guest.ts';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import { forEachCut } from '../support/powercut/cuts.ts';
import { withDiskRecording } from '../support/powercut/record.ts';

const test = suite('a FAT after a power cut');

test.before(() => needTool('qemu-system-x86_64', 'qemu-storage-daemon', 'mkfs.vfat', 'mcopy', 'cpio'));

/** A FAT with the first system. */
async function makeFat(image: string): Promise<void> {
  await tool('truncate', ['-s', '40M', image]);
  await tool('mkfs.vfat', ['-F', '32', image]);
  const { image: kernel, entry, chosen } = fatFiles(fatSystems[0]);
  for (const path of ['be-hook', 'be-hook/first', 'loader', 'loader/entries'])
    await tool('mmd', ['-i', image, `::/${path}`]);
  const files = [kernel, entry, { path: defaultPath, text: chosen }];
  for (const { path, text } of files) await tool('mcopy', ['-i', image, '-', `::/${path}`], { input: text });
}

/** The text of a file on a FAT; undefined if it cannot be read. */
async function read(image: string, path: string): Promise<string | undefined> {
  return await tool('mcopy', ['-n', '-i', image, `::/${path}`, '-']).catch(() => undefined);
}

/** What is wrong with the default of a FAT. */
async function findFault(image: string): Promise<string | undefined> {
  const text = await read(image, defaultPath);
  const name = fatSystems.find((each) => fatFiles(each).chosen === text);
  if (name === undefined) return `the default is ${text ?? 'missing'}`;
  const { entry, image: kernel } = fatFiles(name);
  if ((await read(image, entry.path)) !== entry.text.trimEnd()) return `the entry of ${name} is not whole`;
  return (await read(image, kernel.path)) === kernel.text ? undefined : `the image of ${name} is not whole`;
}

/** A FAT as a separate /boot that shows the menu of the first system. It has the images of all systems to keep. */
async function makeBoot(image: string): Promise<void> {
  await tool('truncate', ['-s', '40M', image]);
  await tool('mkfs.vfat', ['-F', '32', image]);
  const first = fatMenu(fatSystems[0]);
  for (const path of ['be-hook', 'grub2']) await tool('mmd', ['-i', image, `::/${path}`]);
  const files = [
    first.image,
    { path: `grub2/${menuNames[0]}`, text: first.text },
    { path: 'grub2/be-hook.cfg', text: printPointer(menuNames[0]) },
    ...fatSystems.slice(1).map((name) => ({ path: `source-${name}`, text: fatMenu(name).image.text })),
  ];
  for (const { path, text } of files) await tool('mcopy', ['-i', image, '-', `::/${path}`], { input: text });
}

/** The system whose menu a FAT shows; otherwise what is wrong. */
async function findShown(image: string): Promise<string> {
  const pointer = await read(image, 'grub2/be-hook.cfg');
  const pointed = menuNames.find((name) => printPointer(name).trimEnd() === pointer);
  if (pointed === undefined) return `the pointer is ${pointer ?? 'missing'}`;
  const text = await read(image, `grub2/${pointed}`);
  const name = fatSystems.find((each) => fatMenu(each).text.trimEnd() === text);
  if (name === undefined) return `the menu is ${text?.slice(0, 100) ?? 'missing'}`;
  const { path, text: kernel } = fatMenu(name).image;
  return (await read(image, path)) === kernel ? name : `the image of ${name} is not whole`;
}

/** A FAT of systemd-boot with the images of all systems to keep. Its settings name an entry of a distribution. */
async function makeEntries(image: string): Promise<void> {
  await tool('truncate', ['-s', '40M', image]);
  await tool('mkfs.vfat', ['-F', '32', image]);
  for (const path of ['be-hook', 'loader', 'loader/entries']) await tool('mmd', ['-i', image, `::/${path}`]);
  const files = [
    { path: 'loader/loader.conf', text: 'timeout 3\ndefault first-*\n' },
    fatMenu(fatSystems[0]).image,
    ...fatSystems.slice(1).map((name) => ({ path: `source-${name}`, text: fatMenu(name).image.text })),
  ];
  for (const { path, text } of files) await tool('mcopy', ['-i', image, '-', `::/${path}`], { input: text });
}

/** The system that the settings name; otherwise what is wrong with its entry. */
async function findEntry(image: string): Promise<string> {
  const text = `${(await read(image, 'loader/loader.conf')) ?? ''}\n`;
  const named = readDefault({ kind: 'text', on: 'boot', path: '', text });
  if (named === 'first-*') return 'first';
  const path = `loader/entries/${named}`;
  const found = readEntry({ kind: 'text', on: 'boot', path, text: `${await read(image, path)}\n` });
  const name = fatSystems.find((each) => each === found?.entry.be);
  if (found === undefined || name === undefined) return `the entry ${named} is not whole`;
  const [expected] = renderEntries(fatEntries(name));
  if (JSON.stringify(found.entry) !== JSON.stringify(expected?.entry)) return `the entry of ${name} is another one`;
  const { path: kernel, text: content } = fatMenu(name).image;
  return (await read(image, kernel)) === content ? name : `the image of ${name} is not whole`;
}

/** The faults after power cuts while a guest gives the FAT further systems, and the number of cuts. */
async function faultsOf(way: 'apply' | 'rename'): Promise<{ faults: readonly string[]; cuts: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-fat-'));
  try {
    const fat = join(directory, 'fat');
    await makeFat(fat);
    const faults: string[] = [];
    const cuts = await withDiskRecording(
      fat,
      async (disk, mark) => {
        await runOnFat(disk, way);
        await mark('end');
      },
      (recording) =>
        forEachCut(recording, { prefixes: 'all', subsets: 60, seed: 7 }, async ({ image, label, passed }) => {
          const fault = await findFault(image);
          if (fault !== undefined) faults.push(`${label}: ${fault}`);
          if (passed.includes('end')) assert.is(await read(image, defaultPath), fatFiles('sixth').chosen);
        }),
    );
    return { faults, cuts };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('has a default with a whole image at every write', async () => {
  const { faults, cuts } = await faultsOf('apply');

  assert.ok(cuts > 60);
  assert.equal(faults, []);
});

/** Checks what a FAT shows after power cuts, while a guest makes each system the default. */
async function checkCuts(
  way: 'menu' | 'entries',
  make: (image: string) => Promise<void>,
  shows: (image: string) => Promise<string>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-fat-'));
  try {
    const fat = join(directory, 'fat');
    await make(fat);
    const faults: string[] = [];
    const record = async (disk: string, mark: (name: string) => Promise<void>): Promise<void> => {
      await runOnFat(disk, way);
      await mark('end');
    };
    const cuts = await withDiskRecording(fat, record, (recording) =>
      forEachCut(recording, { prefixes: 'all', subsets: 60, seed: 7 }, async ({ image, label, passed }) => {
        const shown = await shows(image);
        const allowed: readonly string[] = passed.includes('end') ? ['sixth'] : fatSystems;
        if (!allowed.includes(shown)) faults.push(`${label}: ${shown}`);
      }),
    );
    assert.ok(cuts > 60);
    assert.equal(faults, []);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('shows a menu with a whole image at every write', () => checkCuts('menu', makeBoot, findShown));

test('has a default entry for systemd-boot, with a whole image, at every write', () =>
  checkCuts('entries', makeEntries, findEntry));

test('may have lost its default where a rename replaced it', async () => {
  const { faults } = await faultsOf('rename');

  assert.ok(faults.some((fault) => fault.includes('the default is')));
});

test.run();
