import { compareKernels, isRescue, isSafeRelease, type Kernel, type KernelFault } from '../../model/kernel.ts';
import type { BootFile, RootFacts } from '../../model/observation.ts';
import { type Place, shownPath } from '../../model/place.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import { hasUnprintable } from '../../model/visible.ts';
import type { CommandLine, LoaderView } from '../loader.ts';

/** The kernels of a root that can be booted, newest first, and problems with the others. */
export interface InterpretedKernels {
  readonly kernels: readonly Kernel[];
  readonly problems: readonly Problem[];
}

/**
 * Finds the kernels of a root, their initrds and command lines. It loads the early initrds of these names before each
 * initramfs. It reports a problem for a kernel that a boot loader could not load, or that could not start the system.
 */
export function interpretKernels(
  root: RootFacts,
  name: string,
  { earlyInitrds, commandLines: commandLinesOf }: Pick<LoaderView, 'earlyInitrds' | 'commandLines'>,
  filesystemUuid: string,
): InterpretedKernels | Problem {
  const bootFiles = root.boot.kind === 'directory' ? root.boot.files : [];
  const microcode = earlyInitrds.flatMap((called) =>
    bootFiles.filter((file) => file.name === called && file.fault === undefined),
  );
  const commandLines = commandLinesOf({ filesystemUuid, subvolume: root.subvolume });
  if (isProblem(commandLines)) return commandLines;
  const kernels: Kernel[] = [];
  const problems: Problem[] = [];
  for (const { release, images } of findImages(bootFiles, root.moduleImages)) {
    const image = images.find((file) => file.fault === undefined) ?? images[0];
    const initrd = findInitrd(release, bootFiles, root.moduleImages);
    const fault = image === undefined ? undefined : findFault(release, image, initrd, root.moduleReleases);
    if (fault !== undefined) problems.push({ code: 'kernel-fault', name, path: fault.path, fault: fault.fault });
    else if (image !== undefined && initrd !== undefined) {
      const line = commandLines(release);
      if (isProblem(line) && line.code !== 'file-unreadable') return line;
      if (isProblem(line)) {
        problems.push(line);
        continue;
      }
      const described = describeKernel({ release, image, initrds: [...microcode, initrd] }, line, name, bootFiles);
      kernels.push(described.kernel);
      problems.push(...described.problems);
    }
  }
  const unread = kernels.length === 0 ? problems.find(({ code }) => code === 'file-unreadable') : undefined;
  return unread ?? { kernels: kernels.sort(compareKernels), problems: unique(problems) };
}

/** A kernel with its command line and the files that tuned adds, and what be-hook does not understand in them. */
function describeKernel(
  {
    release,
    image,
    initrds,
  }: { readonly release: string; readonly image: BootFile; readonly initrds: readonly BootFile[] },
  { options, path, unknown, overlays, unread }: CommandLine,
  name: string,
  bootFiles: readonly BootFile[],
): { readonly kernel: Kernel; readonly problems: readonly Problem[] } {
  const added = overlays.map((word) => ({ word, file: findOverlay(word, bootFiles) }));
  const files = [...initrds, ...added.flatMap(({ file }) => file ?? [])];
  const kernel = { release, image: targetOf(image), initrds: files.map(targetOf), options, rescue: isRescue(release) };
  const problems: readonly Problem[] = [
    ...added.flatMap(({ word, file }) =>
      file === undefined ? [{ code: 'initrd-left-out' as const, name, initrd: word, path }] : [],
    ),
    ...options.filter((word) => /['"\\]/.test(word)).map((word) => ({ code: 'option-mangled' as const, name, word })),
    ...unknown.map((variable) => ({ code: 'variable-unknown' as const, name, variable, path })),
    ...(unread?.problems ?? []),
  ];
  return { kernel, problems };
}

const imageName = /^(vmlinuz|kernel|Image|zImage|vmlinux)-(.+)$/;

/** The release in the file name of a kernel image; undefined for other files. */
export function releaseOfImage(name: string): string | undefined {
  return imageName.exec(name)?.[2];
}

/** Whether a release is the version of a kernel. Names such as vmlinuz-linux (mkinitcpio) and of rescue kernels are not. */
export function isVersion(release: string): boolean {
  return /^[1-9]/.test(release);
}

/** The image of a kernel among the files of /boot. */
export function findImage<F extends BootFile>(release: string, bootFiles: readonly F[]): F | undefined {
  return bootFiles.find(({ name }) => releaseOfImage(name) === release && !noImage.test(release));
}

// Files that grub-mkconfig's version_test_numeric ignores, and signatures beside a kernel.
const noImage = /(\.(rpmsave|rpmnew|rpmorig|bak|old|sig|hmac|efi|gz|xz|tmp)|\.dpkg-[a-z]+|~)$/;

function findImages(
  bootFiles: readonly BootFile[],
  moduleImages: readonly BootFile[],
): readonly { readonly release: string; readonly images: readonly BootFile[] }[] {
  const found = new Map<string, BootFile[]>();
  const order = ['vmlinuz', 'kernel', 'Image', 'zImage', 'vmlinux'];
  const named = bootFiles.flatMap((file) => {
    const [, kind, release] = imageName.exec(file.name) ?? [];
    return kind === undefined || release === undefined || noImage.test(release) ? [] : [{ file, release, kind }];
  });
  // Flavour links of Mageia (vmlinuz-desktop) and PLD (vmlinuz). be-hook offers the kernel at the end of such a link by
  // its own name.
  const isAlias = ({ path, target }: BootFile): boolean =>
    path !== target && named.some(({ file }) => file.path === target && file.target === target);
  const own = named.filter(({ file }) => !isAlias(file));
  for (const { file, release } of own.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))) {
    found.set(release, [...(found.get(release) ?? []), file]);
  }
  for (const file of moduleImages) {
    if (!/^(vmlinuz|Image)$/.test(file.name)) continue;
    const release = file.path.split('/').at(-2) ?? '';
    found.set(release, [...(found.get(release) ?? []), file]);
  }
  return [...found].map(([release, images]) => ({ release, images }));
}

/** Where the bytes of a file are. */
export function targetOf({ on, target }: BootFile): Place {
  return { on, path: target };
}

/** The names that dracut, initramfs-tools, mkinitcpio, geninitrd and genkernel give an initramfs, dracut's first. */
export function findInitrd<F extends BootFile>(
  release: string,
  bootFiles: readonly F[],
  moduleFiles: readonly F[] = [],
): F | undefined {
  const names = [
    `initramfs-${release}.img`,
    `initrd.img-${release}`,
    `initrd-${release}`,
    `initrd-${release}.img`,
    `initrd-${release}.gz`,
    `initramfs-${release}`,
  ];
  const inBoot = names.flatMap((name) => bootFiles.filter((file) => file.name === name));
  const beside = moduleFiles.filter((file) => file.name === 'initrd' && file.path.split('/').at(-2) === release);
  const places = [...inBoot, ...beside];
  return places.find((file) => file.fault === undefined) ?? places[0];
}

/**
 * The file in the root's own /boot that tuned refers to. tuned writes the path with the directory of the kernel that
 * ran when it applied the profile. That directory may belong to another environment.
 */
function findOverlay(word: string, bootFiles: readonly BootFile[]): BootFile | undefined {
  const name = word.split('/').at(-1);
  return bootFiles.find((file) => file.name === name && file.fault === undefined && !hasUnprintable(file.target));
}

function findFault(
  release: string,
  image: BootFile,
  initrd: BootFile | undefined,
  modules: readonly string[],
): { readonly path: string; readonly fault: KernelFault } | undefined {
  const at = (file: BootFile, fault: KernelFault): { path: string; fault: KernelFault } => {
    return { path: shownPath(file), fault };
  };
  if (!isSafeRelease(release) || hasUnprintable(image.target)) return at(image, 'name');
  if (image.fault !== undefined) return at(image, image.fault);
  if (isVersion(release) && !modules.includes(release)) return at(image, 'no-modules');
  if (initrd === undefined) return at(image, 'no-initrd');
  if (hasUnprintable(initrd.target)) return at(initrd, 'name');
  return initrd.fault === undefined ? undefined : at(initrd, initrd.fault);
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
