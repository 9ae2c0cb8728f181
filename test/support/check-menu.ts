import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { bootedWords, bootedWordsOf } from './grub/boot.ts';
import { grubTools } from './grub/versions.ts';
import type { HookMachine } from './hook-machine.ts';

/** The GRUB path of the menu in each environment of the machine. */
export const menuHomes = ['/@be1/boot/grub', '/@be2/boot/grub'] as const;

interface Listed {
  readonly environments: readonly {
    readonly name: string;
    readonly subvolume: { readonly path: string };
    readonly kernels: readonly { release: string; image: string; initrds: readonly string[]; options: string }[];
  }[];
}

interface Shown {
  readonly default: string | null;
  readonly entries: readonly { id: string; be: string; release: string; image: string; initrds: readonly string[] }[];
}

/** The expected values, in addition to the rules that always hold. */
export interface Expected {
  /** Id of the entry that boots by default. */
  readonly default: string;
  /** Kernels by environment, in any order. */
  readonly kernels: Readonly<Record<string, readonly string[]>>;
}

/**
 * Checks that four sources agree: the files on disk, `be-hook list`, `be-hook menu`, and the real GRUB. GRUB runs the
 * grub.cfg of every GRUB directory to get the default, and each entry to get the files that it loads and whether GRUB can
 * read them.
 */
export async function checkMenu(machine: HookMachine, expected: Expected): Promise<void> {
  const listed = (await machine.json('list')) as Listed;
  const shown = (await machine.json('menu')) as Shown;
  const wanted = Object.entries(expected.kernels).flatMap(([be, releases]) =>
    releases.map((release) => `${be} ${release}`),
  );
  const kernels = listed.environments.flatMap((be) => be.kernels.map((kernel) => ({ be: be.name, ...kernel })));
  assert.equal(kernels.map(({ be, release }) => `${be} ${release}`).sort(), wanted.sort(), 'be-hook list');
  assert.equal(shown.entries.map(({ be, release }) => `${be} ${release}`).sort(), wanted, 'be-hook menu');
  for (const { name, subvolume } of listed.environments) {
    const onDisk = await bootable(join(machine.fs.top, subvolume.path, 'boot'));
    assert.equal(onDisk, [...(expected.kernels[name] ?? [])].sort(), `files in /boot of ${name}`);
  }
  const menus = await Promise.all(['@be1', '@be2'].map((be) => machine.read('boot/grub/be-hook.cfg', be)));
  assert.is(menus[1], menus[0], 'every menu directory has the same menu');
  assert.is(menus[0]?.match(/^\s*menuentry /gm)?.length, wanted.length, 'entries in be-hook.cfg');
  await checkGrub(machine, shown, expected.default);
}

async function checkGrub(machine: HookMachine, shown: Shown, standard: string): Promise<void> {
  await machine.fs.sync();
  const tools = await grubTools('2.06');
  const at = (menuDirectory: string): { tools: typeof tools; images: readonly string[]; menuDirectory: string } => {
    return { tools, images: machine.fs.images, menuDirectory };
  };
  for (const menuDirectory of menuHomes) {
    const { booted } = await bootedWords(at(menuDirectory));
    assert.is(booted?.chosen, standard, `default of ${menuDirectory}`);
  }
  for (const { id, image, initrds } of shown.entries) {
    const { booted } = await bootedWordsOf(at(menuHomes[0]), id);
    assert.equal([booted?.chosen, booted?.linux[0], booted?.initrd], [id, image, initrds], `entry ${id}`);
    const subvolume = image.split('/')[1] ?? '';
    const words = booted?.linux ?? [];
    assert.ok(words.includes(`root=UUID=${machine.fs.uuid}`), `root= of ${id}`);
    assert.ok(words.includes(`rootflags=subvol=${subvolume}`), `rootflags= of ${id}: ${words.join(' ')}`);
  }
}

/** Releases with both a kernel and an initramfs. */
async function bootable(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  const releases = names.flatMap((name) => /^vmlinuz-(.+)$/.exec(name)?.[1] ?? []);
  return releases.filter((release) => names.includes(`initramfs-${release}.img`)).sort();
}
