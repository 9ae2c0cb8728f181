import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { cached } from './cache.ts';
import { forkyRoot, runInTree, unpackForkyRoot } from './guest/root.ts';
import { tool } from './guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from './loop-btrfs.ts';
import { preparedFrom, type WithCopy } from './prepared-btrfs.ts';
import { beHookOk } from './program.ts';
import { makeRoot } from './root-tree.ts';
import { buildPackage, makeTop, type TestPackage } from './rpm/build.ts';

/** A boot environment be1 with real package managers and a package repository. */
export interface PackageSystem {
  readonly fs: LoopBtrfs;
  /** Its root on this machine. */
  readonly root: string;
  /** Builds packages and replaces the content of the repository of be1 by them. */
  offer(packages: readonly TestPackage[]): Promise<void>;
  /** The installed packages of a root, by its own rpm. */
  installed(root?: string): Promise<readonly string[]>;
}

const recipe = { version: 1 };

/** The image with which all systems of this kind start: Debian's rpm, dnf5, dnf4 and zypper in /@be1. */
async function template(): Promise<string> {
  const directory = await cached('package-system', { ...recipe, root: await forkyRoot() }, async (target) => {
    await withBtrfs({ sizeMiB: 4096 }, async (fs) => {
      const root = await makeRoot(fs, '@be1', { kernels: ['6.1.0-1'] });
      await unpackForkyRoot(root);
      await writeFile(join(root, 'etc/fstab'), `UUID=${fs.uuid} / btrfs subvol=/@be1,defaults 0 0\n`);
      await fs.sync();
      await fs.unmounted(() => tool('cp', ['--sparse=always', fs.image, join(target, 'disk.img')]));
    });
  });
  return join(directory, 'disk.img');
}

/** Makes such a system for `body`: adopted, with `packages` installed and an up-to-date menu. */
export async function withPackageSystem(
  packages: readonly TestPackage[],
  body: (system: PackageSystem) => Promise<void>,
): Promise<void> {
  const key = JSON.stringify(packages);
  const withDisk = disks.get(key) ?? preparedFrom(copyTemplate, (fs) => prepare(systemOf(fs), packages));
  disks.set(key, withDisk);
  await withDisk((fs) => body(systemOf(fs)));
}

/** The disks with installed packages, by the packages. */
const disks = new Map<string, WithCopy>();

async function copyTemplate(directory: string): Promise<readonly string[]> {
  const image = join(directory, 'disk.img');
  await tool('cp', ['--sparse=always', await template(), image]);
  // The kernel mistakes a second device with the same uuid for the first one.
  await tool('btrfstune', ['-f', '-U', randomUUID(), image]);
  return [image];
}

function systemOf(fs: LoopBtrfs): PackageSystem {
  const root = join(fs.top, '@be1');
  const repository = join(root, 'srv/repo');
  return {
    fs,
    root,
    offer: async (offered) => {
      await rm(repository, { recursive: true, force: true });
      await build(offered, repository);
      await tool('createrepo_c', ['--quiet', repository]);
    },
    installed: async (where = root) =>
      (await runInTree(where, ['rpm', '-qa', '--qf', '%{NAME}-%{VERSION}\\n']))
        .split('\n')
        .filter((name) => name !== 'base-1')
        .sort(),
  };
}

async function prepare({ fs, root, offer }: PackageSystem, packages: readonly TestPackage[]): Promise<void> {
  await nameFilesystem(root, fs.uuid);
  const text = '[local]\nname=local\nbaseurl=file:///srv/repo\nenabled=1\ngpgcheck=0\nmetadata_expire=1\n';
  for (const place of ['etc/yum.repos.d', 'etc/zypp/repos.d']) {
    await mkdir(join(root, place), { recursive: true });
    await writeFile(join(root, place, 'local.repo'), `${text}autorefresh=1\ntype=rpm-md\n`);
  }
  await offer([]);
  const base = { name: 'base', version: '1', files: ['/usr/share/base'], head: 'Provides: /bin/sh' };
  const names = await build([base, ...packages], join(root, 'srv/first'));
  await runInTree(root, ['rpm', '--install', '--nodeps', ...names.map((name) => `/srv/first/${name}`)]);
  await beHookOk('adopt', '@be1', '--filesystem', fs.top);
}

/** Replaces the uuid of the template by the uuid of the file system. */
async function nameFilesystem(root: string, uuid: string): Promise<void> {
  const fstab = await readFile(join(root, 'etc/fstab'), 'utf8');
  const old = /^UUID=(\S+)/m.exec(fstab)?.[1] ?? '';
  for (const name of ['etc/fstab', 'boot/grub/grub.cfg']) {
    const text = await readFile(join(root, name), 'utf8');
    await writeFile(join(root, name), text.replaceAll(old, uuid));
  }
}

/** Builds packages into a directory and returns the names of the files. */
async function build(packages: readonly TestPackage[], directory: string): Promise<readonly string[]> {
  await mkdir(directory, { recursive: true });
  const top = await mkdtemp(join(tmpdir(), 'be-hook-packages-'));
  try {
    await makeTop(top);
    const names: string[] = [];
    for (const one of packages) {
      const path = await buildPackage(top, one);
      await copyFile(path, join(directory, basename(path)));
      names.push(basename(path));
    }
    return names;
  } finally {
    await rm(top, { recursive: true, force: true });
  }
}
