import { readFileSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { type BubbleOptions, type Ended, inBubble, rootOf } from './bubble.ts';
import { grub20 } from './distributions/fedora-20-grub.ts';
import { grub2Editenv } from './distributions/grub2-editenv.ts';
import { bootedWords, bootedWordsOf, type GrubMachine } from './grub/boot.ts';
import { header } from './grub/distribution-scripts.ts';
import { grubTools } from './grub/versions.ts';
import { environment } from './grub/writable-disk.ts';
import { furnish } from './hook-machine.ts';
import { type LoopBtrfs, withBtrfs } from './loop-btrfs.ts';
import type { MenuData } from './program.ts';
import { bootFile, makeRoot } from './root-tree.ts';
import { snapshotTree } from './snapshot-tree.ts';

/**
 * A machine like Fedora Cloud 44: `root`, `boot`, `home` and `var` are subvolumes side by side, fstab mounts them, and
 * GRUB starts in the subvolume of /boot (kiwi description of Fedora Cloud, Changes/BtrfsBootForCloud).
 */
export interface CloudMachine {
  readonly fs: LoopBtrfs;
  /** Runs a command in the system that runs from `place`; default is the original one. */
  run(command: readonly string[], options?: BubbleOptions & { readonly place?: SystemPlace }): Promise<Ended>;
  /** The same with be-hook, which must succeed. Returns its output. */
  beHook(...args: readonly string[]): Promise<string>;
  /** What GRUB boots without a key press, by its first menu. */
  boots(): Promise<Booted>;
  /** What GRUB boots for an entry of be-hook's menu. */
  bootsEntry(id: string): Promise<Booted>;
}

/** The subvolumes of a system. */
export interface SystemPlace {
  readonly root: string;
  readonly boot: string;
}

/** What GRUB gives to the kernel. */
export interface Booted {
  readonly image: string;
  readonly initrds: readonly string[];
  readonly options: readonly string[];
}

/** The subvolumes of the original system. */
export const original: SystemPlace = { root: 'root', boot: 'boot' };

/** The subvolumes of a system that be-hook made in this directory of its store. */
export function copyPlace(name: string): SystemPlace {
  return { root: `be-hook/${name}/root`, boot: `be-hook/${name}/volumes/boot` };
}

/** The machine id, with which the ids of its boot loader entries begin. */
export const machineId = '0123456789abcdef'.repeat(2);

/** The options of a machine. */
export interface CloudOptions {
  /** The options in the line of fstab for /boot. Default: `subvol=boot`. */
  readonly bootOptions?: string;
  /** The variables in grubenv. Default: an empty environment block. With null: a damaged one. */
  readonly grubenv?: readonly string[] | null;
}

/** The kernels of the original system, the newest first. */
export const releases = ['6.17.1-300.fc44.x86_64', '6.16.9-200.fc44.x86_64'] as const;

/** Makes such a machine with two kernels for `body`. */
export async function withCloudMachine(
  body: (machine: CloudMachine) => Promise<void>,
  options: CloudOptions = {},
): Promise<void> {
  await withBtrfs({ sizeMiB: 768 }, async (fs) => {
    await makeCloud(fs, options);
    await body(machineOn(fs));
  });
}

async function makeCloud(fs: LoopBtrfs, { bootOptions = 'subvol=boot', grubenv = [] }: CloudOptions): Promise<void> {
  const line = (mountpoint: string, chosen: string): string => `UUID=${fs.uuid} ${mountpoint} btrfs ${chosen} 0 0\n`;
  const root = await makeRoot(fs, 'root', {
    kernels: releases,
    machineId: `${machineId}\n`,
    menuDirectory: 'boot/grub2',
    grubCfg: `${header(5, 'menu', '${saved_entry}')}blscfg\n`,
    defaultGrub: 'GRUB_DEFAULT=saved\nGRUB_ENABLE_BLSCFG=true\nGRUB_TERMINAL=console\nGRUB_CMDLINE_LINUX="quiet"\n',
    cmdline: `root=UUID=${fs.uuid} ro rootflags=subvol=root quiet\n`,
    fstab: [
      line('/', 'compress=zstd:1,subvol=root'),
      line('/boot', bootOptions),
      line('/home', 'subvol=home'),
      line('/var', 'subvol=var'),
    ].join(''),
  });
  await furnish(root);
  for (const name of ['home', 'var']) {
    await fs.subvolume(name);
    await mkdir(join(root, name));
  }
  await mkdir(join(root, 'etc/sysconfig'), { recursive: true });
  await writeFile(join(root, 'etc/sysconfig/kernel'), 'UPDATEDEFAULT=yes\nDEFAULTKERNEL=kernel\n');
  await fillBoot(await fs.subvolume('boot'), root, fs.uuid);
  const text = grubenv === null ? 'damaged\n' : environment(...grubenv);
  await writeFile(join(fs.top, 'boot/grub2/grubenv'), text);
}

async function fillBoot(boot: string, root: string, uuid: string): Promise<void> {
  const names = ['grub2', ...releases.flatMap((release) => [`vmlinuz-${release}`, `initramfs-${release}.img`])];
  for (const name of names) {
    await cp(join(root, 'boot', name), join(boot, name), { recursive: true });
    await rm(join(root, 'boot', name), { recursive: true });
  }
  await mkdir(join(boot, 'efi'));
  await mkdir(join(boot, 'loader/entries'), { recursive: true });
  for (const release of releases) {
    const lines = [
      `title Fedora Linux (${release})`,
      `version ${release}`,
      `linux /boot/vmlinuz-${release}`,
      `initrd /boot/initramfs-${release}.img`,
      `options root=UUID=${uuid} ro rootflags=subvol=root quiet`,
    ];
    await writeFile(join(boot, `loader/entries/${machineId}-${release}.conf`), `${lines.join('\n')}\n`);
  }
}

/** Mounts /boot and an EFI system partition whose stub leads to the subvolume of /boot, and runs the arguments. */
const start = `
device=$(findmnt -n -o SOURCE / | sed 's/\\[.*//')
mount -t btrfs -o "subvol=$1" "$device" /boot
mount -t tmpfs none /boot/efi
mkdir -p /boot/efi/EFI/fedora
printf '%s\\n' "search --no-floppy --fs-uuid --set=dev $2" 'set prefix=($dev)/boot/grub2' 'export $prefix' 'configfile $prefix/grub.cfg' >/boot/efi/EFI/fedora/grub.cfg
shift 2
exec "$@"
`;

const dracut = fileURLToPath(new URL('../fixtures/kernel-install/50-dracut.install', import.meta.url));

const programs = {
  '/usr/bin/grub2-editenv': { text: grub2Editenv, mode: 0o755 },
  '/usr/lib/kernel/install.d/20-grub.install': { text: grub20('saved_entry'), mode: 0o755 },
  '/usr/lib/kernel/install.d/50-dracut.install': { text: readFileSync(dracut, 'utf8'), mode: 0o755 },
};

function machineOn(fs: LoopBtrfs): CloudMachine {
  const run: CloudMachine['run'] = (command, { place = original, ...options } = {}) =>
    inBubble(rootOf(fs, place.root), ['sh', '-euc', start, 'sh', place.boot, fs.uuid, ...command], {
      ...options,
      files: { ...programs, ...options.files },
    });
  const grub = async (): Promise<GrubMachine> => {
    await fs.sync();
    return { tools: await grubTools('2.12'), images: fs.images, menuDirectory: '/boot/grub2' };
  };
  const describe = (booted: Awaited<ReturnType<typeof bootedWords>>['booted']): Booted => {
    const [image = '', ...options] = booted?.linux ?? [];
    return { image, initrds: booted?.initrd ?? [], options };
  };
  return {
    fs,
    run,
    beHook: async (...args) => {
      const { status, stdout, stderr } = await run(['be-hook', ...args]);
      assert.is(status, 0, `${args.join(' ')}: ${stderr}`);
      return stdout;
    },
    boots: async () => describe((await bootedWords(await grub())).booted),
    bootsEntry: async (id) => describe((await bootedWordsOf(await grub(), id)).booted),
  };
}

/** What GRUB has to load for a kernel of a system. */
export function kernelOf({ fs }: Pick<CloudMachine, 'fs'>, { root, boot }: SystemPlace, release: string): Booted {
  return {
    image: `/${boot}/vmlinuz-${release}`,
    initrds: [`/${boot}/initramfs-${release}.img`],
    options: [`root=UUID=${fs.uuid}`, 'ro', `rootflags=subvol=${root}`, 'quiet'],
  };
}

/** The entries of be-hook's menu. */
export async function entriesOf(machine: CloudMachine): Promise<MenuData['entries']> {
  return (JSON.parse(await machine.beHook('menu', '--json')) as MenuData).entries;
}

/**
 * Checks that the menu has exactly these kernels (`NAME RELEASE`), and that GRUB loads the files of the right environment
 * for each.
 */
export async function checkEntries(
  machine: CloudMachine,
  places: Readonly<Record<string, SystemPlace>>,
  expected: readonly string[],
): Promise<void> {
  const entries = await entriesOf(machine);
  assert.equal(entries.map(({ be, release }) => `${be} ${release}`).sort(), [...expected].sort());
  for (const { id, be, release } of entries) {
    assert.equal(await machine.bootsEntry(id), kernelOf(machine, places[be] ?? original, release), id);
  }
}

/** Everything in a subvolume except be-hook's menu. */
export async function contentsOf({ fs }: CloudMachine, path: string): Promise<readonly string[]> {
  return (await snapshotTree(join(fs.top, path))).filter((line) => !line.includes('/be-hook.cfg '));
}

/** The kernels of an environment with all kernels of the original system. */
export function allKernels(name: string): readonly string[] {
  return releases.map((release) => `${name} ${release}`);
}

/** Unpacks the files of a kernel package into a system, like rpm before the scriptlets. */
export async function unpackKernel(machine: CloudMachine, { root }: SystemPlace, release: string): Promise<void> {
  const modules = join(machine.fs.top, root, 'usr/lib/modules', release);
  await mkdir(join(modules, 'kernel'), { recursive: true });
  await writeFile(join(modules, 'modules.builtin'), '');
  await writeFile(join(modules, 'vmlinuz'), bootFile('KERNEL', root, release));
}
