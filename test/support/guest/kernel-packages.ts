import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPackage, buildSpec } from '../rpm/build.ts';
import type { GuestKernel } from './kernels.ts';

/** What a kernel package brings and whose scriptlets it has. */
export interface KernelPackage {
  readonly kernel: GuestKernel;
  /**
   * The initramfs that its scriptlets put into place as if they had generated it, which takes a minute in an emulated
   * machine: it comes with the package, under a name that no tool takes for one.
   */
  readonly initramfs: string;
  /**
   * `fedora`: `kernel-core` of Fedora's kernel.spec, which leaves everything to kernel-install. `pld`: `kernel` of PLD's
   * kernel.spec, which never calls it, owns its image in /boot, and generates the initramfs itself at the end.
   */
  readonly style: 'fedora' | 'pld';
  /** Only to be entered into the database, with --justdb, for a kernel that is there already: without contents. */
  readonly recorded?: true;
}

/** The name that rpm and dnf know a kernel package by, without version. */
export function packageName(style: KernelPackage['style']): string {
  return style === 'fedora' ? 'kernel-core' : 'kernel';
}

/** Version and release of a kernel's package: the two parts of its release, in characters that rpm allows. */
export function packageVersion({ release }: GuestKernel): string {
  const [, version = '', rest = ''] = /^([\d.]+)[-+](.*)$/.exec(release) ?? [];
  return `${version}-${rest.replace(/[^A-Za-z0-9.]/g, '.')}`;
}

/**
 * Builds the package that stands for the rest of a guest's system in its rpm database, which Debian leaves empty: with
 * it rpm and dnf resolve what our package and kernel packages require. To be installed with --justdb.
 */
export async function buildBasePackage(top: string): Promise<string> {
  const provides = ['/bin/sh', 'nodejs(engine) = 24', ...commonPackages];
  const head = provides.map((name) => `Provides: ${name}`).join('\n');
  return buildPackage(top, { name: 'base', version: '1', files: ['/usr/share/base'], head });
}

const commonPackages = ['attr', 'btrfs-progs', 'coreutils', 'diffutils', 'findutils', 'grep', 'util-linux'];

/** Builds a kernel package in a folder laid out by `makeTop` and gives its path. */
export async function buildKernelPackage(top: string, made: KernelPackage): Promise<string> {
  const spec = join(top, 'SPECS', `${packageName(made.style)}-${made.kernel.release}.spec`);
  await writeFile(spec, await printSpec(made));
  const [path] = await buildSpec(top, spec);
  if (path === undefined) throw new Error(`rpmbuild wrote nothing of ${made.kernel.release}`);
  return path;
}

async function printSpec({ kernel, initramfs, style, recorded }: KernelPackage): Promise<string> {
  const { release } = kernel;
  const [version, revision] = packageVersion(kernel).split('-');
  const modules = `/lib/modules/${release}`;
  const content = style === 'fedora' ? fedora(release) : pld(release);
  const listed = (await listModules(kernel)).map((line) => line.replace('@', modules));
  const brought = [...content.files, `${modules}/${prebuilt}`, ...listed];
  return [
    '%global debug_package %{nil}\n%global __os_install_post %{nil}\n%define _binary_payload w1.gzdio',
    `Name: ${packageName(style)}\nVersion: ${version}\nRelease: ${revision}\nSummary: test\nLicense: MIT`,
    'AutoReqProv: no\nProvides: installonlypkg(kernel)\n%description\ntest\n%install',
    `mkdir -p %{buildroot}/boot %{buildroot}${modules}\ncd ${kernel.modules}`,
    `cp -r --parents modules.* ${recorded ? 'kernel' : needed} %{buildroot}${modules}`,
    `cp ${initramfs} %{buildroot}${modules}/${prebuilt}`,
    `cp ${kernel.vmlinuz} %{buildroot}${content.image}`,
    `cd %{buildroot}/boot && touch ${content.ghosts.join(' ')}`,
    content.scriptlets,
    '%files',
    ...brought.map((line) => (recorded ? `%ghost ${line.replace('%ghost ', '')}` : line)),
    ...content.ghosts.map((name) => `%ghost /boot/${name}\n`),
  ].join('\n');
}

const prebuilt = 'prebuilt.img';

/** For what a guest mounts after its root, the EFI system partition; the rest of a boot's modules the initramfs has. */
const needed = 'kernel/lib kernel/fs/fat kernel/fs/nls';

interface Style {
  /** Where the package has the kernel image. */
  readonly image: string;
  readonly files: readonly string[];
  /** What the scriptlets make in /boot, so that rpm removes it. */
  readonly ghosts: readonly string[];
  readonly scriptlets: string;
}

function fedora(release: string): Style {
  const image = `/lib/modules/${release}/vmlinuz`;
  return {
    image,
    files: [image],
    ghosts: [`vmlinuz-${release}`, `initramfs-${release}.img`],
    scriptlets: [
      `%posttrans\n/bin/kernel-install add ${release} ${image} || exit $?`,
      `%preun\n/bin/kernel-install remove ${release} || exit $?`,
    ].join('\n'),
  };
}

function pld(release: string): Style {
  const image = `/boot/vmlinuz-${release}`;
  return {
    image,
    files: [image],
    ghosts: [`initrd-${release}.gz`],
    scriptlets: [
      `%post\ndepmod -a ${release}`,
      `%posttrans\ncp /lib/modules/${release}/${prebuilt} /boot/initrd-${release}.gz`,
    ].join('\n'),
  };
}

/**
 * Lines for %files, with `@` for the directory; what depmod generates on the machine is owned, but not brought.
 */
async function listModules({ modules }: GuestKernel): Promise<string[]> {
  const names = (await readdir(modules)).sort();
  const brought = /^(kernel|modules\.(builtin|builtin\.modinfo|order))$/;
  return ['%dir @', ...names.map((name) => `${brought.test(name) ? '' : '%ghost '}@/${name}`)];
}

/**
 * Fedora's dracut plugin, as far as files go, with the prebuilt initramfs in place of a generated one. Like every
 * plugin in /etc/kernel/install.d it replaces the one of its name in /usr/lib (kernel-install(8)): Debian's leaves an
 * initramfs only to systemd-boot.
 */
const dracutPlugin = `#!/bin/sh
set -e
case $1 in
add)
	[ ! -d "$3" ] || exit 0
	cp "\${4%/*}/${prebuilt}" "/boot/.initramfs-$2.new"
	mv "/boot/.initramfs-$2.new" "/boot/initramfs-$2.img"
	;;
remove) rm -f "/boot/initramfs-$2.img" ;;
esac
`;

/** Writes Fedora's kernel-install plugins, for a guest's /etc/kernel/install.d, into a directory that it makes. */
export async function writeFedoraPlugins(directory: string): Promise<void> {
  const grub = new URL('../../fixtures/kernel-install/20-grub.install', import.meta.url);
  await mkdir(directory, { recursive: true });
  await copyFile(grub, join(directory, '20-grub.install'));
  await writeFile(join(directory, '50-dracut.install'), dracutPlugin);
}
