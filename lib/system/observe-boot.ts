import type { BootDirectoryFacts, BootFile, FileFault } from '../model/observation.ts';
import { subvolumeInode } from './btrfs.ts';
import { listNames, type Stat, stat } from './files.ts';
import { fromTop, type Root, resolveInside } from './inside.ts';

/** The kind of a root's /boot, and every file in it that a boot loader might read. */
export function observeBoot(root: Root, mountedFrom: string | undefined): BootDirectoryFacts {
  const found = resolveInside(root, 'boot');
  if (found.kind === 'fault') return { kind: 'placeholder', path: found.path };
  if (found.kind === 'missing' || found.stat.kind !== 'directory') return { kind: 'missing' };
  const names = listNames(`${root.top}/${found.path}`);
  const files = names.map((name) => observeFile(root, 'boot', name)).filter((file) => file !== undefined);
  const subvolume = found.stat.inode === subvolumeInode ? found.path : undefined;
  return { kind: 'directory', files, subvolume, mountedFrom };
}

/** The kernel releases that have modules, and the images and initrds in the module directories. */
export function observeModules(root: Root): {
  readonly releases: readonly string[];
  readonly images: readonly BootFile[];
} {
  const directories = ['usr/lib/modules', 'lib/modules'].map((path) => ({ path, found: resolveInside(root, path) }));
  const seen = new Set<string>();
  const releases: string[] = [];
  const images: BootFile[] = [];
  for (const { path, found } of directories) {
    if (found.kind !== 'found' || seen.has(found.path)) continue;
    seen.add(found.path);
    for (const release of listNames(`${root.top}/${found.path}`)) {
      if (stat(`${root.top}/${found.path}/${release}`)?.kind !== 'directory') continue;
      if (hasModules(root, `${path}/${release}`)) releases.push(release);
      for (const name of ['vmlinuz', 'Image', 'initrd']) {
        const file = observeFile(root, `${path}/${release}`, name);
        if (file !== undefined) images.push(file);
      }
    }
  }
  return { releases, images };
}

/**
 * Whether a directory has the modules of a kernel. Of an erased kernel there may remain `extra` and `weak-updates`, which
 * belong to packages with further modules (weak-modules of kmod in Fedora). depmod writes modules.dep, and the kernel's
 * Makefile installs modules.builtin (Documentation/kbuild/kbuild.rst).
 */
function hasModules(root: Root, directory: string): boolean {
  if (['modules.dep', 'modules.builtin'].some((name) => observeFile(root, directory, name) !== undefined)) return true;
  const kernel = resolveInside(root, `${directory}/kernel`);
  return (
    kernel.kind === 'found' && kernel.stat.kind === 'directory' && listNames(`${root.top}/${kernel.path}`).length > 0
  );
}

/** One directory entry as a boot loader would find it; undefined for directories and missing files. */
export function observeFile(root: Root, directory: string, name: string): BootFile | undefined {
  const inside = directory === '' ? name : `${directory}/${name}`;
  const { on = 'root' } = root;
  const path = fromTop(root, inside);
  const found = resolveInside(root, inside);
  if (found.kind === 'missing') return undefined;
  if (found.kind === 'fault') return { name, on, path, target: found.path, size: 0, fault: found.fault };
  if (found.stat.kind === 'directory') return undefined;
  return { name, on, path, target: found.path, size: found.stat.size, fault: findFault(found.stat) };
}

function findFault(found: Stat): FileFault | undefined {
  if (found.kind !== 'file') return 'not-a-file';
  if (found.size === 0) return 'empty';
  // For compressed extents btrfs counts the uncompressed length as allocated. So only holes make the allocated size
  // smaller than the file's size.
  return found.allocated < found.size ? 'sparse' : undefined;
}
