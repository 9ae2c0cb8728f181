import type { FileText, MenuDirectoryFacts, RootFacts, Subvolume } from '../model/observation.ts';
import { listNames, stat } from './files.ts';
import { fromTop, placeholderInode, type Root, readInside, resolveInside } from './inside.ts';
import { observeBoot, observeModules } from './observe-boot.ts';
import { observeInit } from './observe-init.ts';
import { observeLoaderSetting } from './observe-loader.ts';
import { query } from './query.ts';
import type { Session } from './session.ts';
import { isStagedName } from './staged-file.ts';

/** The root to read, and the facts about it that are already known. */
export interface RootRequest {
  readonly session: Session;
  readonly subvolume: Subvolume;
  readonly mark: string | undefined;
  readonly running: boolean;
  readonly readOnly: boolean;
  readonly scriptCheck: string | undefined;
}

/** Reads one root. Every path is resolved inside the root. */
export async function observeRoot({
  session,
  subvolume,
  mark,
  running,
  readOnly,
  scriptCheck,
}: RootRequest): Promise<RootFacts> {
  const root: Root = { top: session.top, path: subvolume.path, seen: new Map() };
  const here = `${root.top}/${root.path}`;
  const modules = observeModules(root);
  const generator = ['etc/grub.d', 'lib/grub.d']
    .map((path) => resolveInside(root, path))
    .find((found) => found.kind === 'found');
  const commandLines = readCommandLines(root);
  const bootMount = running ? session.mounts.find(({ mountpoint }) => mountpoint === '/boot') : undefined;
  return {
    subvolume,
    mark,
    born: stat(here)?.born ?? 0,
    unsafe: findUnsafe(root),
    readOnly,
    fstab: readInside(root, 'etc/fstab'),
    osRelease: readFirst(root, ['etc/os-release', 'usr/lib/os-release']),
    ...commandLines,
    loaderSetting: observeLoaderSetting(root),
    config: readInside(root, 'etc/be-hook/be-hook.conf'),
    ...observePackage(root),
    boot: observeBoot(root, bootMount === undefined ? undefined : `${bootMount.type} ${bootMount.source}`),
    moduleReleases: modules.releases,
    moduleImages: modules.images,
    init: observeInit(root, Object.values(commandLines).flat()),
    menuDirectories: await observeMenuDirectories(root, scriptCheck),
    generatorDirectory: generator?.path,
    generatorScript: readInside(
      root,
      generator === undefined ? 'etc/grub.d/99_be-hook' : `${relative(root, generator.path)}/99_be-hook`,
    ),
  };
}

/** Which parts of the package be-hook a root has. */
function observePackage(root: Root): Pick<RootFacts, 'hasBeHook' | 'copiesAtBoot'> {
  const has = (path: string): boolean => resolveInside(root, path).kind === 'found';
  return {
    hasBeHook: has('usr/lib/be-hook/guard.sh'),
    copiesAtBoot: has('usr/lib/systemd/system/be-hook-first-copy.service'),
  };
}

/**
 * The reason why unprivileged users could change the root itself, or a directory above it. Through such a directory they
 * could replace the root with another one.
 */
function findUnsafe(root: Root): string | undefined {
  const parts = root.path.split('/');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const path = parts.slice(0, depth).join('/');
    const found = stat(`${root.top}/${path}`);
    if (found === undefined) continue;
    if (found.uid !== 0) return `/${path} belongs to the user with id ${found.uid}`;
    if ((found.mode & 0o022) !== 0) return `users other than root can write to /${path}`;
    if (path === '') break;
  }
  return undefined;
}

/** Reads every file that contributes to kernel command lines. */
function readCommandLines(root: Root): Pick<RootFacts, 'commandLine' | 'grubDefaults' | 'blsEntries'> {
  return {
    commandLine: readFirst(root, ['etc/kernel/cmdline', 'usr/lib/kernel/cmdline']),
    grubDefaults: readDefaults(root),
    blsEntries: listInside(root, 'boot/loader/entries', /\.conf$/).map((path) => readInside(root, path)),
  };
}

function readDefaults(root: Root): readonly FileText[] {
  const own = readInside(root, 'etc/default/grub');
  const first = own.kind === 'missing' ? readInside(root, 'etc/sysconfig/grub') : own;
  return [first, ...listInside(root, 'etc/default/grub.d', /\.cfg$/).map((path) => readInside(root, path))];
}

function readFirst(root: Root, paths: readonly string[]): FileText {
  const texts = paths.map((path) => readInside(root, path));
  return texts.find(({ kind }) => kind !== 'missing') ?? { kind: 'missing', path: fromTop(root, paths[0] ?? '') };
}

/** The paths, relative to the root, of the files in a directory inside the root. */
function listInside(root: Root, directory: string, pattern: RegExp): readonly string[] {
  const found = resolveInside(root, directory);
  if (found.kind !== 'found') return [];
  const names = listNames(`${root.top}/${found.path}`).filter((name) => pattern.test(name));
  return names.map((name) => `${directory}/${name}`);
}

function relative(root: Root, path: string): string {
  return root.path === '' ? path : path.slice(root.path.length + 1);
}

/** The GRUB directories: those with a grub.cfg, otherwise the directory that the root's GRUB would make. */
async function observeMenuDirectories(
  root: Root,
  scriptCheck: string | undefined,
): Promise<readonly MenuDirectoryFacts[]> {
  const present = ['boot/grub2', 'boot/grub'].flatMap((path) => {
    const found = resolveInside(root, path);
    return found.kind === 'found' && found.stat.kind === 'directory' && found.stat.inode !== placeholderInode
      ? [found.path]
      : [];
  });
  const distinct = [...new Set(present)];
  const used = distinct.filter((path) => stat(`${root.top}/${path}/grub.cfg`) !== undefined);
  const grub2 = ['usr/sbin/grub2-mkconfig', 'usr/bin/grub2-mkconfig'].some(
    (path) => resolveInside(root, path).kind === 'found',
  );
  const fallback = distinct[0] ?? fromTop(root, grub2 ? 'boot/grub2' : 'boot/grub');
  const menuDirectories = used.length > 0 ? used : [fallback];
  return await Promise.all(
    menuDirectories.map((path) => observeMenuDirectory(root, relative(root, path), scriptCheck)),
  );
}

async function observeMenuDirectory(
  root: Root,
  path: string,
  scriptCheck: string | undefined,
): Promise<MenuDirectoryFacts> {
  const grubCfg = readInside(root, `${path}/grub.cfg`);
  const absolute = `${root.top}/${fromTop(root, path)}`;
  const names = listNames(absolute);
  return {
    path: fromTop(root, path),
    exists: stat(absolute) !== undefined,
    grubCfg,
    grubenv: readInside(root, `${path}/grubenv`),
    menu: readInside(root, `${path}/be-hook.cfg`),
    unfinishedWork: ['grub.cfg', 'be-hook.cfg'].flatMap((target) =>
      names
        .filter((name) => isStagedName(name, target))
        .map((name) => ({ path: fromTop(root, `${path}/${name}`), target: fromTop(root, `${path}/${target}`) })),
    ),
    grubInstalled: findCore(absolute, names),
    grubCfgParses: await parses(grubCfg, `${absolute}/grub.cfg`, scriptCheck),
  };
}

/** Runs GRUB's own parser, but only on a grub.cfg that be-hook would have to change. */
async function parses(grubCfg: FileText, path: string, scriptCheck: string | undefined): Promise<boolean> {
  if (grubCfg.kind !== 'text' || scriptCheck === undefined || grubCfg.text.includes('# be-hook: begin')) return true;
  // grub-script-check fails on a file without commands.
  if (/^\s*(#.*)?$/.test(grubCfg.text.replace(/^\s*#.*$/gm, ''))) return true;
  const { status } = await query(scriptCheck, [path], { expect: 'any' });
  return status === 0;
}

/** GRUB's core image, which grub-install leaves in a directory named after the platform (GRUB manual, "Images"). */
function findCore(menuDirectory: string, names: readonly string[]): number | undefined {
  const platforms = names.filter((name) => /^[a-z0-9_]+-(pc|efi|ieee1275|xen|coreboot)$/.test(name));
  const cores = platforms.flatMap((name) =>
    ['core.img', 'core.efi'].map((core) => stat(`${menuDirectory}/${name}/${core}`)),
  );
  const times = cores.flatMap((found) => (found === undefined ? [] : [found.modified]));
  return times.length === 0 ? undefined : Math.max(...times);
}
