import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from '../cache.ts';
import type { Suite } from '../guest/archive.ts';
import { unpackPackages } from '../guest/archive.ts';

/** The upstream GRUB releases that be-hook supports and that Debian's suites have. */
export type GrubVersion = '2.06' | '2.12' | '2.14';

/** The programs of a GRUB release that run on an ordinary system. */
export type GrubProgram = 'grub-emu' | 'grub-fstest' | 'grub-script-check' | 'grub-mkrelpath' | 'grub-editenv';

/** A GRUB release, unpacked in the cache. It is independent of the GRUB of the machine. */
export interface GrubTools {
  readonly version: GrubVersion;
  /** The words that start one of its programs with its own C library. The arguments of the program follow them. */
  argv(program: GrubProgram): readonly [string, ...string[]];
}

/** All releases, oldest first. */
export const grubReleases: readonly GrubVersion[] = ['2.06', '2.12', '2.14'];

const suiteOf: Readonly<Record<GrubVersion, Suite>> = {
  '2.06': 'bookworm',
  '2.12': 'trixie',
  '2.14': 'forky',
};

const recipe = {
  packages: [
    'grub-emu',
    'grub-common',
    'grub2-common',
    'libc6',
    'libcap2',
    'libdevmapper1.02.1',
    'libgcc-s1',
    'libpcre2-8-0',
    'libselinux1',
    'libudev1',
  ],
  unneeded: ['SDL 1.2', 'SDL 2'],
  renamed: ['linux', 'initrd'],
};

/** The tools of one release, from the cache or from its Debian suite. */
export async function grubTools(version: GrubVersion): Promise<GrubTools> {
  const root = await cached('grub-emu', { version, recipe }, async (directory) => {
    await unpackPackages(suiteOf[version], recipe.packages, directory);
    await adaptEmulator(join(directory, 'usr/bin/grub-emu'));
  });
  const libraries = await existing(root, ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu']);
  const loader = await findLoader(libraries);
  return {
    version,
    argv: (program) => [loader, '--library-path', libraries.join(':'), join(root, 'usr/bin', program)],
  };
}

/** The tools of every release. */
export async function grubVersions(): Promise<GrubTools[]> {
  const all: GrubTools[] = [];
  for (const version of grubReleases) all.push(await grubTools(version));
  return all;
}

/**
 * Makes two changes to the copy of grub-emu in the cache. Neither affects how it parses, finds or reads files. First,
 * the SDL library, which only its graphical window needs, is not required, because it would need 150 MB of packages.
 * Second, the emulator's own `linux` and `initrd` commands (from 2.12 on they start kexec on the host) get other names,
 * because GRUB prefers commands to functions and the recorder defines functions with these names.
 */
async function adaptEmulator(path: string): Promise<void> {
  const program = await readFile(path);
  for (const library of ['libSDL-1.2.so.0', 'libSDL2-2.0.so.0']) replaceAll(program, `${library}\0`, 'libc.so.6\0');
  for (const name of recipe.renamed) replaceAll(program, `${name}\0`, `${name.toUpperCase()}\0`);
  await writeFile(path, program);
}

function replaceAll(program: Buffer, from: string, to: string): void {
  for (let at = program.indexOf(from); at !== -1; at = program.indexOf(from, at + 1)) program.write(to, at, 'latin1');
}

async function existing(root: string, places: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const place of places) {
    const path = join(root, place);
    if ((await stat(path).catch(() => undefined))?.isDirectory()) found.push(path);
  }
  return found;
}

async function findLoader(libraries: readonly string[]): Promise<string> {
  for (const directory of libraries) {
    const name = 'ld-linux-x86-64.so.2';
    if ((await readdir(directory)).includes(name)) return join(directory, name);
  }
  throw new Error(`no dynamic loader in ${libraries.join(' or ')}`);
}
