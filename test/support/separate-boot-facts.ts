import { grubRoot, type MenuDirectoryFacts } from '../../lib/bootloaders/grub/facts.ts';
import { printKernelRecord } from '../../lib/formats/kernel-record.ts';
import type { KernelRecord } from '../../lib/model/kernel-record.ts';
import type {
  BootFilesystemFacts,
  FileText,
  Observation,
  RootFacts,
  StampedFile,
} from '../../lib/model/observation.ts';
import { printPlace } from '../../lib/model/place.ts';
import { aHome, bootFile, filesystemUuid, textFile } from './builders.ts';

/** The UUID of the separate /boot of these facts. */
export const bootUuid = '22222222-3333-4444-8555-666666666666';

const fstab = `UUID=${filesystemUuid} / btrfs defaults 0 0\nUUID=${bootUuid} /boot ext4 defaults 1 2\n`;

/** A file of the separate /boot. The stamp stands for its content. */
export function sharedFile(path: string, stamp: string, size = 1 << 20): StampedFile {
  return { ...bootFile(path, { on: 'boot', size }), stamp };
}

/** A digest that the name of a content stands for. */
export function digestOf(content: string): string {
  return Buffer.from(content).toString('hex').padEnd(64, '0');
}

/** The image and the initramfs of a kernel, with contents that these names stand for. */
export function sharedKernel(release: string, image: string, initrd: string): readonly StampedFile[] {
  return [sharedFile(`vmlinuz-${release}`, image), sharedFile(`initramfs-${release}.img`, initrd)];
}

/** A separate /boot with these files. */
export function separateBoot(
  files: readonly StampedFile[],
  change: Partial<BootFilesystemFacts> = {},
): BootFilesystemFacts {
  const sources = [`UUID=${bootUuid}`];
  const space = { free: 1 << 29, size: 1 << 30 };
  return {
    uuid: bootUuid,
    type: 'ext4',
    ...space,
    sources,
    unsafe: undefined,
    files,
    foreign: [],
    kept: [],
    ...change,
  };
}

/** The same system with all roots on a separate /boot. Digests of files are those of the contents in their stamps. */
export function onSeparateBoot(
  observation: Observation,
  boot: BootFilesystemFacts,
  entries: readonly FileText[] = [],
): Observation {
  const digests = boot.files.map((file) => [printPlace({ on: 'boot', path: file.path }), digestOf(file.stamp)]);
  const roots = observation.roots.map((root) => withBoot(root, entries));
  return { ...observation, boot, roots, digests: Object.fromEntries(digests) as Record<string, string> };
}

function withBoot(root: RootFacts, blsEntries: readonly FileText[]): RootFacts {
  const menuDirectories: readonly MenuDirectoryFacts[] = [sharedHome(grubRoot(root).menuDirectories[0])];
  return {
    ...root,
    fstab: textFile(root.fstab.path, fstab),
    blsEntries,
    loaderFacts: { ...grubRoot(root), menuDirectories } as RootFacts['loaderFacts'],
  };
}

/** The GRUB directory on the separate /boot, with the menu of a directory of a root. */
function sharedHome(home: MenuDirectoryFacts | undefined): MenuDirectoryFacts {
  const shared = aHome('grub2');
  const move = (file: FileText, like: FileText): FileText => ({ ...file, on: 'boot', path: like.path });
  return {
    ...shared,
    on: 'boot',
    grubCfg: move(home?.grubCfg ?? shared.grubCfg, shared.grubCfg),
    menu: move(home?.menu ?? shared.menu, shared.menu),
    grubenv: move(home?.grubenv ?? shared.grubenv, shared.grubenv),
  };
}

/** The attribute with a record. */
export function recordAttribute(path: string, kernels: KernelRecord['kernels']): Observation['attributes'][number] {
  return { path, name: 'kernels', value: printKernelRecord({ version: 1, kernels }) };
}

/** The same system whose shared GRUB directory has this menu. */
export function withMenu(observation: Observation, menu: string): Observation {
  const change = (home: MenuDirectoryFacts): MenuDirectoryFacts => ({
    ...home,
    menu: { kind: 'text', on: 'boot', path: home.menu.path, text: menu },
  });
  const roots = observation.roots.map((root) => {
    const facts = grubRoot(root);
    return {
      ...root,
      loaderFacts: { ...facts, menuDirectories: facts.menuDirectories.map(change) } as RootFacts['loaderFacts'],
    };
  });
  return { ...observation, roots };
}
