import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tool } from '../guest/tool.ts';
import type { LoopBtrfs } from '../loop-btrfs.ts';
import { bootFile, distributionMenu } from '../root-tree.ts';
import { type Blueprint, bootOf, mountsOf, type RootBlueprint, volumesIn } from './blueprint.ts';

/** Makes the file system of a blueprint on an empty file system, without a menu of be-hook. */
export async function build(fs: LoopBtrfs, blueprint: Blueprint): Promise<void> {
  const volumes = volumesIn(blueprint);
  const outerFirst = [...volumes.keys()].sort((a, b) => a.split('/').length - b.split('/').length);
  const script = 'cd "$1"; shift; for path; do mkdir -p "$(dirname "$path")"; btrfs -q subvolume create "$path"; done';
  await tool('sh', ['-euc', script, 'sh', fs.top, ...blueprint.roots.map(({ path }) => path), ...outerFirst]);
  for (const [index, root] of blueprint.roots.entries()) await fillRoot(fs, root, blueprint, index);
  for (const [path, { data }] of volumes) await put(join(fs.top, path, 'data'), data);
  await mark(fs, blueprint);
}

/** Sets the attributes and the read-only flags of the blueprint. */
async function mark(fs: LoopBtrfs, blueprint: Blueprint): Promise<void> {
  const list = await tool('btrfs', ['subvolume', 'list', '-u', fs.top]);
  const uuids = new Map([...list.matchAll(/ uuid (\S+) path (.*)$/gm)].map(([, uuid, path]) => [path, uuid]));
  const words = blueprint.roots.flatMap(({ path, name, marked }): readonly string[] => {
    const text = JSON.stringify({ version: 1, name, uuid: uuids.get(path), created: 1_700_000_000 });
    return marked ? ['environment', text, path] : [];
  });
  const recorded = blueprint.recorded === undefined ? undefined : blueprint.roots[blueprint.recorded]?.path;
  if (recorded !== undefined) words.push('active', uuids.get(recorded) ?? '', '.');
  for (const [path, { policy, implied, frozen }] of volumesIn(blueprint)) {
    if (policy !== undefined && implied !== true) words.push('volume', policy, path);
    if (frozen === true) words.push('', '', path);
  }
  const script = `cd "$1"; shift
while [ $# -gt 0 ]; do
  if [ -z "$1" ]; then btrfs property set "$3" ro true; else setfattr -n "trusted.be-hook.$1" -v "$2" "$3"; fi
  shift 3
done`;
  await tool('sh', ['-euc', script, 'sh', fs.top, ...words]);
}

async function fillRoot(fs: LoopBtrfs, root: RootBlueprint, whole: Blueprint, index: number): Promise<void> {
  const { path, kernels, style, name } = root;
  const flags = style.subvolid ? `subvolid=5,subvol=/${path}` : `subvol=${path}`;
  const line = `root=UUID=${fs.uuid} ro rootflags=${flags} quiet\n`;
  const mounts = [...mountsOf(root, whole)].map(([mountpoint, volume]) => {
    const chosen = volume === '' ? 'subvolid=5' : `noatime,subvol=/${volume}`;
    return `UUID=${fs.uuid}\t${mountpoint}\tbtrfs\t${chosen}\t0 0`;
  });
  const fstab = ['# a comment', `UUID=${fs.uuid} / auto subvol=/${path} 0 0`, ...mounts, ''].join('\n');
  const { directory } = bootOf(root);
  const menu = distributionMenu(fs.uuid, path, kernels).replaceAll(`/${path}/boot/`, `/${directory}/`);
  const menuDirectories = ['boot/grub2', ...(style.twoHomes ? ['boot/grub'] : [])];
  const files = new Map([
    ['etc/fstab', style.torn ? 'torn\n' : fstab],
    ['etc/os-release', contents(name)],
    ['etc/default/grub', `GRUB_TIMEOUT=3\nGRUB_CMDLINE_LINUX="rootflags=${flags} quiet"\n`],
    ...menuDirectories.map((menuDirectory) => [`${menuDirectory}/grub.cfg`, menu] as const),
    ...kernels.flatMap((release) => kernelFiles(name, release)),
  ]);
  if (style.cmdline) files.set('etc/kernel/cmdline', line);
  for (const release of style.bls ? kernels : []) {
    const entry = `title Test\nversion ${release}\nlinux /${directory}/vmlinuz-${release}\noptions ${line}`;
    files.set(`boot/loader/entries/id-${release}.conf`, entry);
  }
  for (const [place, text] of files) await put(join(fs.top, placeOf(place, path, directory)), text);
  if (whole.startsGrub !== index) return;
  const core = join(fs.top, directory, 'grub2/i386-pc/core.img');
  await put(core, 'core');
  // Younger than the mark of its root, and older than every copy.
  await utimes(core, 1_700_000_500, 1_700_000_500);
}

/** The path of a file of a root from the top, with this directory as its /boot. */
export function placeOf(file: string, root: string, boot: string): string {
  return file.startsWith('boot/') ? boot + file.slice('boot'.length) : `${root}/${file}`;
}

/** The files of a kernel package, from the root. */
export function kernelFiles(label: string, release: string): readonly (readonly [string, string])[] {
  return [
    [`boot/vmlinuz-${release}`, bootFile('KERNEL', label, release)],
    [`boot/initramfs-${release}.img`, bootFile('INITRD', label, release)],
    [`usr/lib/modules/${release}/modules.dep`, 'kernel/fs/btrfs/btrfs.ko:\n'],
  ];
}

/** The file that identifies the content of a root. */
export function contents(label: string): string {
  return `ID=test\nPRETTY_NAME="${label}"\n`;
}

/** Writes a file, directories included. */
export async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Empties a file system for the next use. */
export async function clear(fs: LoopBtrfs): Promise<void> {
  const list = await tool('btrfs', ['subvolume', 'list', fs.top]);
  const paths = [...list.matchAll(/ path (.*)$/gm)].map(([, path = '']) => path);
  const innerFirst = paths.sort((a, b) => b.split('/').length - a.split('/').length);
  const script = `cd "$1"; shift
for path; do btrfs property set -f -ts "$path" ro false; done
for path; do btrfs -q subvolume delete "$path"; done
setfattr -x trusted.be-hook.active . 2>/dev/null || :`;
  await tool('sh', ['-euc', script, 'sh', fs.top, ...innerFirst]);
  for (const name of await readdir(fs.top)) await rm(join(fs.top, name), { recursive: true });
}
