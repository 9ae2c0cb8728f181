import type { Observation, RootFacts, StampedFile } from '../../../lib/model/observation.ts';
import { type BootMachine, bootPathsOf, type KernelContents, sizeOfFiles, withWrites } from './machine.ts';

/** rpm unpacks the modules and the image of a kernel package in the running system. */
export function unpackModules({ disk, boot, type }: BootMachine, release: string, image: string): BootMachine {
  const change = (root: RootFacts): RootFacts => {
    const rest = withoutModules(root, release);
    const file = moduleImage(root.subvolume.path, release, image);
    return {
      ...rest,
      moduleReleases: [...rest.moduleReleases, release],
      moduleImages: [...rest.moduleImages, file],
    };
  };
  return { disk: changeRunning(disk, change), boot, type };
}

/** kernel-install writes or overwrites the files of a kernel in /boot. The stamp is new. */
export function writeKernel(
  { disk, boot, type }: BootMachine,
  release: string,
  { image, initrd }: KernelContents,
  stamp: string,
): BootMachine {
  const paths = bootPathsOf(release);
  const writes = [
    { path: paths.image, file: { text: image, stamp } },
    { path: paths.initrd, file: { text: initrd, stamp } },
  ];
  return { disk, boot: withWrites(boot, writes), type };
}

/** The stamp has the content of the image. */
function moduleImage(root: string, release: string, content: string): StampedFile {
  const path = `${root}/usr/lib/modules/${release}/vmlinuz`;
  return { name: 'vmlinuz', on: 'root', path, target: path, size: sizeOfFiles, fault: undefined, stamp: content };
}

/** They erase a kernel. */
export function eraseKernel({ disk, boot, type }: BootMachine, release: string): BootMachine {
  const { image, initrd } = bootPathsOf(release);
  const writes = [image, initrd].map((path) => ({ path, file: undefined }));
  return { disk: changeRunning(disk, (root) => withoutModules(root, release)), boot: withWrites(boot, writes), type };
}

/** dracut writes an initramfs in place. */
export function rewriteInitrd(machine: BootMachine, release: string, text: string, stamp: string): BootMachine {
  const write = { path: bootPathsOf(release).initrd, file: { text, stamp } };
  return { ...machine, boot: withWrites(machine.boot, [write]) };
}

/** Another root runs. */
export function reboot({ disk, boot, type }: BootMachine, path: string): BootMachine {
  const root = disk.roots.find(({ subvolume }) => subvolume.path === path);
  if (root === undefined) throw new Error(`there is no root /${path}`);
  const { id } = root.subvolume;
  const mounts = [{ subvolume: id, mountpoint: '/' }];
  return { boot, type, disk: { ...disk, filesystem: { ...disk.filesystem, runningSubvolume: id, mounts } } };
}

function withoutModules(root: RootFacts, release: string): RootFacts {
  return {
    ...root,
    moduleReleases: root.moduleReleases.filter((candidate) => candidate !== release),
    moduleImages: root.moduleImages.filter(({ path }) => path.split('/').at(-2) !== release),
  };
}

function changeRunning(disk: Observation, change: (root: RootFacts) => RootFacts): Observation {
  const { runningSubvolume } = disk.filesystem;
  const roots = disk.roots.map((root) => (root.subvolume.id === runningSubvolume ? change(root) : root));
  return { ...disk, roots };
}
