import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from '../cache.ts';
import type { Suite } from '../guest/archive.ts';
import { unpackPackages } from '../guest/archive.ts';
import { tool } from '../guest/tool.ts';

/** The upstream GRUB releases that guests can boot with. */
export type GrubVersion = '2.06' | '2.12' | '2.14';

/** GRUB's names for the two kinds of machine that guests have. */
export type GrubPlatform = 'x86_64-efi' | 'i386-pc';

const suiteOf: Readonly<Record<GrubVersion, Suite>> = { '2.06': 'bookworm', '2.12': 'trixie', '2.14': 'forky' };

const packages: readonly string[] = [
  'grub-common',
  'grub-efi-amd64-bin',
  'grub-pc-bin',
  'grub2-common',
  'libc6',
  'libcap2',
  'libdevmapper1.02.1',
  'liblzma5',
  'libpcre2-8-0',
  'libselinux1',
  'libudev1',
];

/** An unpacked GRUB release, separate from the GRUB of this machine. Its tools run with their own C library. */
export interface GrubBuild {
  readonly version: GrubVersion;
  /** The directory with the modules and boot images of a platform. */
  readonly platform: (name: GrubPlatform) => string;
  /** Runs one of its tools, for example `grub-mkimage`, and returns its standard output. */
  readonly run: (name: string, args: readonly string[]) => Promise<string>;
}

/** The GRUB release of a Debian suite, unpacked once into the cache. Its tools report the version. */
export async function grubBuild(version: GrubVersion): Promise<GrubBuild> {
  const root = await cached('grub', { version, packages }, async (directory) => {
    await unpackPackages(suiteOf[version], packages, directory);
    const said = await describe(version, directory).run('grub-mkimage', ['--version']);
    if (!said.includes(` ${version}`)) throw new Error(`wanted GRUB ${version}, the archive has: ${said}`);
  });
  return describe(version, root);
}

function describe(version: GrubVersion, root: string): GrubBuild {
  const libraries = [join(root, 'usr/lib/x86_64-linux-gnu'), join(root, 'lib/x86_64-linux-gnu')].join(':');
  return {
    version,
    platform: (name) => join(root, 'usr/lib/grub', name),
    run: async (name, args) => {
      const loader = await findLoader(root);
      return tool(loader, ['--library-path', libraries, join(root, 'usr/bin', name), ...args]);
    },
  };
}

/** The dynamic loader: /lib64 of bookworm has only an absolute symlink to it, which leads out of the tree. */
async function findLoader(root: string): Promise<string> {
  const places = ['usr/lib', 'lib'].map((place) => join(root, place, 'x86_64-linux-gnu/ld-linux-x86-64.so.2'));
  for (const place of places) {
    if (await stat(place).catch(() => undefined)) return place;
  }
  throw new Error(`${root}: no dynamic loader`);
}
