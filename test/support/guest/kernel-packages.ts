import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPackage, buildSpec } from '../rpm/build.ts';
import type { GuestKernel } from './kernels.ts';

/** The contents of a kernel package, and the distribution whose scriptlets it has. */
export interface KernelPackage {
  readonly kernel: GuestKernel;
  /**
   * The initramfs that its scriptlets install instead of generating one, which takes a minute in an emulated machine.
   * It is in the package, under a name that no tool interprets as an initramfs.
   */
  readonly initramfs: string;
  /**
   * `fedora`: `kernel-core` of Fedora's kernel.spec, which leaves everything to kernel-install. `pld`: `kernel` of
   * PLD's kernel.spec, which never calls it, owns its image in /boot, and generates the initramfs itself at the end.
   */
  readonly style: 'fedora' | 'pld';
  /** Only to be entered into the database, with --justdb, for an existing kernel. The package has no contents. */
  readonly recorded?: true;
}

/** The name of a kernel package in rpm and dnf, without its version. */
export function packageName(style: KernelPackage['style']): string {
  return style === 'fedora' ? 'kernel-core' : 'kernel';
}

/** Version and release of a kernel's package: the two parts of its release, in characters that rpm allows. */
export function packageVersion({ release }: GuestKernel): string {
  const [, version = '', rest = ''] = /^([\d.]+)[-+](.*)$/.exec(release) ?? [];
  return `${version}-${rest.replace(/[^A-Za-z0-9.]/g, '.')}`;
}

/**
 * Builds the package that represents the rest of a guest's system in its rpm database, which is empty on Debian. With
 * it rpm and dnf can resolve the requirements of be-hook and of kernel packages. To be installed with --justdb.
 */
export async function buildBasePackage(top: string): Promise<string> {
  const provides = ['/bin/sh', 'nodejs(engine) = 24', ...commonPackages];
  const head = provides.map((name) => `Provides: ${name}`).join('\n');
  return buildPackage(top, { name: 'base', version: '1', files: ['/usr/share/base'], head });
}

const commonPackages = ['attr', 'btrfs-progs', 'coreutils', 'diffutils', 'findutils', 'grep', 'util-linux'];

/** Builds a kernel package in a directory that `makeTop` made, and returns its path. */
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

/** Modules for mounting the EFI system partition after the root. The initramfs has the other modules of a boot. */
const needed = 'kernel/lib kernel/fs/fat kernel/fs/nls';

interface Style {
  /** Where the package has the kernel image. */
  readonly image: string;
  readonly files: readonly string[];
  /** The files that the scriptlets make in /boot, so that rpm removes them. */
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
 * Lines for %files, with `@` for the directory. The package owns the files that depmod generates, but does not contain
 * them.
 */
async function listModules({ modules }: GuestKernel): Promise<string[]> {
  const names = (await readdir(modules)).sort();
  const brought = /^(kernel|modules\.(builtin|builtin\.modinfo|order))$/;
  return ['%dir @', ...names.map((name) => `${brought.test(name) ? '' : '%ghost '}@/${name}`)];
}

/**
 * The files of Fedora's dracut plugin, with the prebuilt initramfs instead of a generated one. Like every plugin in
 * /etc/kernel/install.d it replaces the one with the same name in /usr/lib (kernel-install(8)). The plugin of Debian
 * makes an initramfs only for systemd-boot.
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
