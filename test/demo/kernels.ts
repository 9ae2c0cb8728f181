import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cached } from '../support/cache.ts';
import { unpackPackages } from '../support/guest/archive.ts';
import { tinyInit } from '../support/guest/tiny-init.ts';
import { makeTinyInitramfs } from '../support/guest/tiny-initramfs.ts';
import { tool } from '../support/guest/tool.ts';

/** A real kernel of a distribution. */
export interface DemoKernel {
  readonly release: string;
  readonly vmlinuz: string;
  /** An initramfs that mounts the root, reports its boot environment, and powers off. */
  readonly initramfs: string;
}

/** Two real kernels, the older one first. The package manager downloads them once; later runs use the cache. */
export async function demoKernels(): Promise<readonly [DemoKernel, DemoKernel]> {
  const isFedora = (await isThere('dnf')) && !(await isThere('apt-get'));
  const directory = await cached(
    'demo-kernels',
    { version: 1, isFedora, tinyInit },
    isFedora ? fromFedora : fromDebian,
  );
  const releases = (await tool('sh', ['-c', 'ls "$1" | sort -V', 'sh', directory])).split('\n');
  const [older, newer] = releases.map((release) => {
    return {
      release,
      vmlinuz: join(directory, release, 'vmlinuz'),
      initramfs: join(directory, release, 'initramfs.img'),
    };
  });
  if (older === undefined || newer === undefined) throw new Error(`${directory} does not have two kernels`);
  return [older, newer];
}

/** Whether a program can be found. */
export async function isThere(program: string): Promise<boolean> {
  const { failed } = await execa('sh', ['-c', 'command -v "$1"', 'sh', program], { reject: false });
  return !failed;
}

async function fromDebian(directory: string): Promise<void> {
  for (const suite of ['bookworm', 'trixie'] as const) {
    const unpacked = join(directory, '.unpacked');
    await unpackPackages(suite, ['linux-image-cloud-amd64'], unpacked, /^linux-(image|binary|modules|base)-\d/);
    await keep(directory, unpacked);
  }
}

async function fromFedora(directory: string): Promise<void> {
  const query = ['repoquery', '--quiet', '--queryformat', '%{version}-%{release}\\n', 'kernel-core'];
  const versions = (await tool('sh', ['-c', 'dnf "$@" | sort -Vu', 'sh', ...query])).split('\n');
  for (const version of [versions[0], versions.at(-1)]) {
    const unpacked = join(directory, '.unpacked');
    await mkdir(unpacked);
    const packages = ['kernel-core', 'kernel-modules-core'].map((name) => `${name}-${version}`);
    await tool('dnf', ['download', '--quiet', '--arch=x86_64', `--destdir=${unpacked}`, ...packages]);
    for (const name of await readdir(unpacked))
      await tool('sh', ['-c', 'rpm2cpio "$1" | cpio -idm --quiet', 'sh', name], { cwd: unpacked });
    await keep(directory, unpacked);
  }
}

/** Stores the image of the unpacked kernel and an initramfs for it. */
async function keep(directory: string, unpacked: string): Promise<void> {
  const modulesRoot = await firstDirectory([join(unpacked, 'usr/lib/modules'), join(unpacked, 'lib/modules')]);
  const [release = ''] = await readdir(modulesRoot);
  const modules = join(modulesRoot, release);
  const target = join(directory, release);
  await mkdir(target);
  const inBoot = join(unpacked, 'boot', `vmlinuz-${release}`);
  await copyFile(inBoot, join(target, 'vmlinuz')).catch(() =>
    copyFile(join(modules, 'vmlinuz'), join(target, 'vmlinuz')),
  );
  await writeFile(join(modules, 'modules.order'), '', { flag: 'a' });
  await tool('depmod', ['-b', modulesRoot.replace(/\/lib\/modules$/, ''), release]);
  const busybox = (await tool('sh', ['-c', 'command -v busybox'])).trim();
  await makeTinyInitramfs(modules, busybox, join(target, 'initramfs.img'));
  await rm(unpacked, { recursive: true });
}

async function firstDirectory(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const names = await readdir(path).catch(() => []);
    if (names.length > 0) return path;
  }
  throw new Error(`these directories are all empty: ${paths.join(', ')}`);
}
