import { parseBlsEntry } from '../formats/bls-entry.ts';
import type { BootFile, FileText } from '../model/observation.ts';
import { listInside, type Root, readInside } from './inside.ts';
import { observeFile } from './observe-boot.ts';

/** The entries of be-hook itself begin with its name. kernel-install never makes such a name. */
const distributionEntry = /^(?!be-hook-).*\.conf$/;

/** The distribution's files of the Boot Loader Specification in a directory. */
export function readEntries(root: Root, directory: string): readonly FileText[] {
  return listInside(root, directory, distributionEntry).map((path) => readInside(root, path));
}

/** A kernel where kernel-install puts it: `/TOKEN/RELEASE/linux`, and its initrd beside it (90-loaderentry.install). */
interface EntryKernel {
  readonly file: FileText;
  readonly token: string;
  readonly release: string;
  readonly image: string;
  readonly initrd: string | undefined;
}

/**
 * The entries that belong to this machine. If systems with different tokens have a kernel of the same release, only that of
 * a token in `own` counts.
 */
export function ownEntries(entries: readonly FileText[], own: readonly string[]): readonly FileText[] {
  const kernels = entries.flatMap(readKernel);
  const isForeign = ({ token, release }: EntryKernel): boolean =>
    !own.includes(token) && kernels.some((other) => other.release === release && other.token !== token);
  const foreign = new Set(kernels.filter(isForeign).map(({ file }) => file));
  return entries.filter((file) => !foreign.has(file));
}

/** The tokens in the paths of entries. */
export function tokensOf(entries: readonly FileText[]): readonly string[] {
  return [...new Set(entries.flatMap(readKernel).map(({ token }) => token))];
}

/**
 * The kernels and initrds that entries name, with the names that they have in the /boot of a machine with GRUB. The paths
 * in the entries begin at `directory`. An entry with several initrds counts as one without: be-hook knows one for each kernel.
 */
export function observeEntryKernels(root: Root, directory: string, entries: readonly FileText[]): readonly BootFile[] {
  const found = entries.flatMap(readKernel).flatMap(({ token, release, image, initrd }) => {
    const around = [directory, token, release].filter((part) => part !== '').join('/');
    const named = (name: string | undefined, shown: string): readonly BootFile[] => {
      const file = name === undefined ? undefined : observeFile(root, around, name);
      return file === undefined ? [] : [{ ...file, name: shown }];
    };
    return [...named(image, `vmlinuz-${release}`), ...named(initrd, `initramfs-${release}.img`)];
  });
  return [...new Map(found.map((file) => [file.path, file])).values()];
}

function readKernel(file: FileText): readonly EntryKernel[] {
  if (file.kind !== 'text') return [];
  const { linux = '', initrds } = parseBlsEntry(file.text);
  const image = readPath(linux);
  // An entry of be-hook would lack the device tree.
  if (image === undefined || /^\s*devicetree/m.test(file.text)) return [];
  const { token, release } = image;
  const [initrd, ...more] = initrds.map(readPath);
  const isBeside = initrd?.token === token && initrd.release === release && more.length === 0;
  return [{ file, token, release, image: image.name, initrd: isBeside ? initrd.name : undefined }];
}

/**
 * The parts of a path. In a private /boot, which is a part of the root's own file system, paths begin with `/boot`
 * (90-loaderentry.install takes the mount point from stat(1)).
 */
function readPath(path: string): { token: string; release: string; name: string } | undefined {
  const [, token, release, name] = /^\/*(?:boot\/+)?([^/]+)\/+([^/]+)\/+([^/]+)$/.exec(path) ?? [];
  return token === undefined || release === undefined || name === undefined ? undefined : { token, release, name };
}
