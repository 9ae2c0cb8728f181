import { customFileName } from '../../../bootloaders/grub/custom-file.ts';
import {
  type GrubRootFacts,
  grubMachine,
  grubName,
  type InPlaceFacts,
  type MenuDirectoryFacts,
} from '../../../bootloaders/grub/facts.ts';
import { menuNames } from '../../../bootloaders/grub/pointer.ts';
import { abilities } from '../../../model/filesystem-type.ts';
import type { FileText, LoaderMachineFacts } from '../../../model/observation.ts';
import { listNames, stat } from '../../files.ts';
import {
  fromTop,
  listInside,
  placeholderInode,
  type Root,
  readInside,
  relativeTo,
  resolveInside,
} from '../../inside.ts';
import { query } from '../../query.ts';
import { isStagedName } from '../../staged-file.ts';

/** Reads GRUB's files in one root, and in the separate /boot that it mounts. */
export async function observeGrubRoot(
  root: Root,
  loaderFacts: LoaderMachineFacts,
  boot: Root | undefined,
): Promise<GrubRootFacts> {
  const { scriptCheck } = grubMachine({ loaderFacts });
  const generator = ['etc/grub.d', 'lib/grub.d']
    .map((path) => resolveInside(root, path))
    .find((found) => found.kind === 'found');
  const scripts = generator === undefined ? 'etc/grub.d' : relativeTo(root, generator.path);
  return {
    loader: grubName,
    defaults: readDefaults(root),
    menuDirectories:
      boot === undefined
        ? await observeMenuDirectories(root, 'boot/', nameOfDirectory(root), scriptCheck)
        : await observeOnBoot(boot, nameOfDirectory(root), scriptCheck),
    generatorDirectory: generator?.path,
    generatorScript: readInside(root, `${scripts}/99_be-hook`),
  };
}

function readDefaults(root: Root): readonly FileText[] {
  const own = readInside(root, 'etc/default/grub');
  const first = own.kind === 'missing' ? readInside(root, 'etc/sysconfig/grub') : own;
  return [first, ...listInside(root, 'etc/default/grub.d', /\.cfg$/).map((path) => readInside(root, path))];
}

/** The name of the directory that the root's GRUB would make. */
function nameOfDirectory(root: Root): string {
  const grub2 = ['usr/sbin/grub2-mkconfig', 'usr/bin/grub2-mkconfig'].some(
    (path) => resolveInside(root, path).kind === 'found',
  );
  return grub2 ? 'grub2' : 'grub';
}

type Reading = Promise<readonly MenuDirectoryFacts[]>;

/** What has been read on each separate /boot, by the name of the directory that GRUB would make. */
const readings = new WeakMap<Root, Map<string, Reading>>();

function observeOnBoot(boot: Root, fallback: string, scriptCheck: string | undefined): Reading {
  const known = readings.get(boot) ?? new Map<string, Reading>();
  readings.set(boot, known);
  const reading = known.get(fallback) ?? observeMenuDirectories(boot, '', fallback, scriptCheck);
  known.set(fallback, reading);
  return reading;
}

/** The GRUB directories: those with a grub.cfg, otherwise a directory that exists, otherwise the one to make. */
async function observeMenuDirectories(
  root: Root,
  parent: 'boot/' | '',
  fallback: string,
  scriptCheck: string | undefined,
): Reading {
  const present = [`${parent}grub2`, `${parent}grub`].flatMap((path) => {
    const found = resolveInside(root, path);
    return found.kind === 'found' &&
      found.stat.kind === 'directory' &&
      (root.on !== undefined || found.stat.inode !== placeholderInode)
      ? [found.path]
      : [];
  });
  const distinct = [...new Set(present)];
  const used = distinct.filter((path) => stat(`${root.top}/${path}/grub.cfg`) !== undefined);
  // GRUB follows no link to another file system. A directory with another name would not help it.
  const link = [`${parent}grub2`, `${parent}grub`].find((path) => {
    const found = resolveInside(root, path);
    return found.kind === 'fault' && found.fault === 'dangling';
  });
  const menuDirectories = used.length > 0 ? used : [distinct[0] ?? fromTop(root, link ?? `${parent}${fallback}`)];
  return await Promise.all(
    menuDirectories.map((path) => observeMenuDirectory(root, relativeTo(root, path), scriptCheck)),
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
    on: root.on ?? 'root',
    path: fromTop(root, path),
    exists: stat(absolute)?.kind === 'directory',
    grubCfg,
    grubenv: readInside(root, `${path}/grubenv`),
    menu: readInside(root, `${path}/be-hook.cfg`),
    unfinishedWork: ['grub.cfg', 'be-hook.cfg', customFileName, ...menuNames].flatMap((target) =>
      names
        .filter((name) => isStagedName(name, target))
        .map((name) => ({ path: fromTop(root, `${path}/${name}`), target: fromTop(root, `${path}/${target}`) })),
    ),
    grubInstalled: findCore(absolute, names),
    grubCfgParses: await parses(grubCfg, `${absolute}/grub.cfg`, scriptCheck),
    ...(abilities[root.type ?? 'btrfs'].atomicRename ? {} : { inPlace: observeInPlace(root, path) }),
  };
}

function observeInPlace(root: Root, path: string): InPlaceFacts {
  const menus = menuNames.map((name) => readInside(root, `${path}/${name}`));
  return { menus, custom: readInside(root, `${path}/${customFileName}`) };
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
