import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from '../cache.ts';
import type { Suite } from './archive.ts';
import { unpackPackages } from './archive.ts';
import { dracutConf } from './dracut-conf.ts';
import { addToInitramfs } from './initramfs-id.ts';
import { runInTree, unpackForkyRoot } from './root.ts';
import { tinyInit } from './tiny-init.ts';
import { makeTinyInitramfs } from './tiny-initramfs.ts';
import { tool } from './tool.ts';

/** A real kernel, kept in the cache. All paths are files (or, `modules`, the directory) on this machine. */
export interface GuestKernel {
  readonly release: string;
  readonly vmlinuz: string;
  /** The contents of /usr/lib/modules/RELEASE, with depmod's indexes. */
  readonly modules: string;
  /** For full environments: starts systemd faster than dracut's initramfs. */
  readonly initramfs: string;
  /** The initramfs of dracut. Only that of the newest kernel exists, because dracut takes long. */
  readonly dracutInitramfs: string;
  /** Reports its root and powers off. */
  readonly tinyInitramfs: string;
}

/** Three kernels with different releases, oldest first. The release shows a test which of them it booted. */
export type GuestKernels = readonly [GuestKernel, GuestKernel, GuestKernel];

const suites: readonly Suite[] = ['bookworm', 'trixie', 'forky'];
/**
 * Directories below kernel/ of the modules that an emulated machine may need. The others only slow down udev, depmod
 * and dracut.
 */
const kept = ['arch', 'crypto', 'drivers/block', 'drivers/firmware', 'drivers/md', 'drivers/virtio', 'fs', 'lib'];
const recipe = { version: 5, suites, kept, package: 'linux-image-cloud-amd64', dracutConf, tinyInit };

/** The kernels of three Debian suites, unpacked and given their initramfs images once, then from the cache. */
export async function kernels(): Promise<GuestKernels> {
  const directory = await cached('kernels', recipe, buildAll);
  const releases = JSON.parse(await readFile(join(directory, 'releases.json'), 'utf8')) as string[];
  const [oldest, middle, newest] = releases.map((release) => describe(directory, release));
  if (oldest === undefined || middle === undefined || newest === undefined) throw new Error(`${directory}: not three`);
  return [oldest, middle, newest];
}

function describe(directory: string, release: string): GuestKernel {
  const base = join(directory, release);
  return {
    release,
    vmlinuz: join(base, 'vmlinuz'),
    modules: join(base, 'modules'),
    initramfs: join(base, 'initramfs.img'),
    dracutInitramfs: join(base, 'dracut.img'),
    tinyInitramfs: join(base, 'tiny.img'),
  };
}

async function buildAll(directory: string): Promise<void> {
  const tree = join(directory, 'tree');
  await mkdir(tree);
  await unpackForkyRoot(tree);
  await writeFile(join(tree, 'etc/dracut.conf.d/be-hook-test.conf'), dracutConf);
  await unpackPackages('forky', ['busybox-static'], join(directory, 'busybox'));
  const releases: string[] = [];
  for (const suite of suites) releases.push(await unpackKernel(suite, directory));
  await Promise.all(releases.map((release) => makeInitramfs(directory, tree, release)));
  await runDracut(directory, tree, releases.at(-1) ?? '');
  await writeFile(join(directory, 'releases.json'), JSON.stringify(releases));
  await rm(tree, { recursive: true });
  await rm(join(directory, 'busybox'), { recursive: true });
}

async function unpackKernel(suite: Suite, directory: string): Promise<string> {
  const unpacked = join(directory, suite);
  await unpackPackages(suite, [recipe.package], unpacked, /^linux-(image|binary|modules|base)-\d/);
  const modulesRoot = suite === 'bookworm' ? join(unpacked, 'lib/modules') : join(unpacked, 'usr/lib/modules');
  const release = (await readdir(modulesRoot))[0];
  if (release === undefined) throw new Error(`${recipe.package} of ${suite} brought no modules`);
  const target = join(directory, release);
  await mkdir(target);
  await copyFile(await findImage(unpacked, modulesRoot, release), join(target, 'vmlinuz'));
  await copyModules(join(modulesRoot, release), join(target, 'modules'));
  await rm(unpacked, { recursive: true });
  return release;
}

async function copyModules(from: string, to: string): Promise<void> {
  await mkdir(join(to, 'kernel/drivers'), { recursive: true });
  for (const part of kept) await tool('cp', ['-a', join(from, 'kernel', part), join(to, 'kernel', part)]);
  const indexes = (await readdir(from)).filter((name) => name.startsWith('modules.'));
  await tool('cp', ['-a', ...indexes.map((name) => join(from, name)), to]);
}

async function findImage(unpacked: string, modulesRoot: string, release: string): Promise<string> {
  const inBoot = join(unpacked, 'boot', `vmlinuz-${release}`);
  return readFile(inBoot).then(
    () => inBoot,
    () => join(modulesRoot, release, 'vmlinuz'),
  );
}

async function makeInitramfs(directory: string, tree: string, release: string): Promise<void> {
  const kernel = describe(directory, release);
  const inside = `/usr/lib/modules/${release}`;
  await tool('mkdir', ['-p', join(tree, 'usr/lib/modules')]);
  await tool('cp', ['-a', kernel.modules, join(tree, inside)]);
  await tool('chroot', [tree, 'depmod', release]);
  await rm(kernel.modules, { recursive: true });
  await tool('cp', ['-a', join(tree, inside), kernel.modules]);
  await makeTinyInitramfs(kernel.modules, join(directory, 'busybox/usr/bin/busybox'), kernel.tinyInitramfs);
  await addToInitramfs(kernel.tinyInitramfs, { 'hand-over': '', 'initramfs-id': '' }, kernel.initramfs);
}

/** Makes the initramfs of dracut for a kernel whose modules are in the tree. */
async function runDracut(directory: string, tree: string, release: string): Promise<void> {
  await runInTree(tree, ['dracut', '--force', '--kver', release, `/tmp/${release}.img`]);
  await copyFile(join(tree, 'tmp', `${release}.img`), describe(directory, release).dracutInitramfs);
}
