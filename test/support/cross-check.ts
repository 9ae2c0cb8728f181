import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { bootedWords, bootedWordsOf } from './grub/boot.ts';
import { grubSees, scriptError } from './grub/files.ts';
import { grubTools, grubVersions } from './grub/versions.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';
import { listOf, menuOf } from './program.ts';

/**
 * Compares three sources of the whole state: GRUB, the output of `be-hook menu` and `list`, and the disk.
 * `menuDirectories` are the GRUB directories, from the top level, for example `@be1/boot/grub`.
 */
export async function crossCheck(fs: LoopBtrfs, menuDirectories: readonly string[]): Promise<void> {
  const menu = await menuOf(fs.top);
  const listed = await listOf(fs.top);
  // An incomplete environment is in no menu.
  const offered = listed.filter(({ state }) => state === null);
  const kernels = offered.flatMap((listed) => listed.kernels.map((kernel) => ({ be: listed.name, ...kernel })));
  const pick = ({ be, release, image, initrds, options }: (typeof kernels)[number]): object => {
    return { be, release, image, initrds, options };
  };
  assert.equal(menu.entries.map(pick), kernels.map(pick), 'menu and list name the same kernels in the same order');
  assert.is(menu.entries.filter((entry) => entry.default).length, 1, 'there is one default');
  for (const { image, initrds } of menu.entries) {
    for (const path of [image, ...initrds]) assert.ok((await stat(join(fs.top, path))).size > 0, `${path} is on disk`);
  }
  const texts = await Promise.all(
    menuDirectories.map((menuDirectory) => readFile(join(fs.top, menuDirectory, 'be-hook.cfg'), 'utf8')),
  );
  for (const text of texts) assert.is(text, texts[0], 'every home has the same menu');
  for (const tools of await grubVersions()) assert.is(await scriptError(tools, texts[0] ?? ''), undefined);
  await fs.unmounted(async () => {
    for (const menuDirectory of menuDirectories) await checkHome(fs.images, menuDirectory, menu.entries);
  });
}

/** The result of the real GRUB in one GRUB directory: by default and with every id. */
async function checkHome(
  images: readonly string[],
  menuDirectory: string,
  entries: Awaited<ReturnType<typeof menuOf>>['entries'],
): Promise<void> {
  const tools = await grubTools('2.12');
  const machine = { tools, images, menuDirectory: `/${menuDirectory}` };
  const standard = entries.find((entry) => entry.default);
  const first = await bootedWords(machine);
  assert.is(first.booted?.linux[0], standard?.image, `GRUB boots the default from ${menuDirectory}`);
  for (const entry of entries) {
    const { booted } = await bootedWordsOf(machine, entry.id);
    assert.is(booted?.linux[0], entry.image, `GRUB boots ${entry.id} by its id`);
    assert.equal(booted?.initrd ?? [], entry.initrds);
    assert.is(printed(booted?.linux.slice(1) ?? []), entry.options);
    assert.ok((await grubSees(tools, images, entry.image)) !== undefined, `GRUB can read ${entry.image}`);
  }
}

function printed(words: readonly string[]): string {
  return words.map((word) => (/\s/.test(word) ? word.replace(/^([^=\s]*=)?(.*)$/, '$1"$2"') : word)).join(' ');
}
