import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { bootedWordsOf } from './grub/boot.ts';
import { grubTools } from './grub/versions.ts';
import type { SeparateBootMachine } from './separate-boot.ts';

/** What GRUB loads for one entry, by the contents of the files. */
export interface Loaded {
  readonly kernel: string;
  readonly initrd: string;
  /** The subvolume in `rootflags=`. */
  readonly root: string;
}

interface MenuData {
  readonly default: string | null;
  readonly entries: readonly { readonly id: string; readonly be: string; readonly release: string }[];
}

/**
 * What the real GRUB loads for each entry of the menu, by `ENVIRONMENT RELEASE`. Every file must be readable for GRUB. The
 * entry that GRUB boots by default must be the one that be-hook names.
 */
export async function loadedByEntry(machine: SeparateBootMachine): Promise<Readonly<Record<string, Loaded>>> {
  const menu = (await machine.json('menu')) as MenuData;
  await machine.fs.sync();
  await machine.boot.settle();
  const loaded: Record<string, Loaded> = {};
  for (const { id, be, release } of menu.entries) loaded[`${be} ${release}`] = await loadedBy(machine, id);
  const { booted } = await machine.grub();
  assert.is(booted?.chosen.split('>').at(-1), menu.default?.split('>').at(-1));
  return loaded;
}

async function loadedBy({ boot, fs }: SeparateBootMachine, id: string): Promise<Loaded> {
  const grub = { tools: await grubTools('2.12'), images: [boot.image, ...fs.images], menuDirectory: '/grub2' };
  const { booted, errors } = await bootedWordsOf(grub, id);
  if (booted === undefined) throw new Error(`GRUB loads nothing for ${id}: ${errors.join('; ')}`);
  const [image = '', ...options] = booted.linux;
  const [initrd = ''] = booted.initrd;
  const read = (path: string): Promise<string> => readFile(join(boot.top, path.replace(/^\([^)]*\)/, '')), 'utf8');
  const flags = options.find((word) => word.startsWith('rootflags=')) ?? '';
  return {
    kernel: firstLine(await read(image)),
    initrd: firstLine(await read(initrd)),
    root: /subvol=([^,]*)/.exec(flags)?.[1] ?? '',
  };
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
