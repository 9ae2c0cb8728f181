import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installAgent } from '../guest/agent.ts';
import { addInitramfsId } from '../guest/initramfs-id.ts';
import type { GuestKernel } from '../guest/kernels.ts';
import { unpackForkyRoot } from '../guest/root.ts';
import { tool } from '../guest/tool.ts';
import type { GrubPlatform, GrubVersion } from './grub-build.ts';
import { grubBuild } from './grub-build.ts';
import type { CompleteDiskSpec, EnvironmentSpec } from './spec.ts';

/** Makes all subvolumes of a disk below its mounted top level, except for the files that contain the filesystem's UUID. */
export async function populate(top: string, spec: CompleteDiskSpec): Promise<void> {
  let firstFull: string | undefined;
  for (const environment of spec.environments) {
    const root = join(top, environment.subvolume);
    if (environment.content === 'full' && firstFull !== undefined) {
      await tool('btrfs', ['subvolume', 'snapshot', firstFull, root]);
    } else {
      await tool('btrfs', ['subvolume', 'create', root]);
    }
    if (environment.content === 'full' && firstFull === undefined) {
      await unpackForkyRoot(root);
      await installAgent(root);
      firstFull = root;
    }
  }
  for (const environment of spec.environments) await furnish(join(top, environment.subvolume), environment, spec);
}

async function furnish(root: string, environment: EnvironmentSpec, spec: CompleteDiskSpec): Promise<void> {
  for (const path of ['boot', 'dev', 'etc/default', 'proc', 'run', 'sys', 'usr/lib/modules']) {
    await mkdir(join(root, path), { recursive: true });
  }
  await writeFile(join(root, 'etc/be-id'), environment.name);
  await writeFile(join(root, 'etc/default/grub'), defaultGrub(spec));
  if (environment.content === 'tiny') await writeFile(join(root, 'etc/os-release'), tinyOsRelease);
  for (const kernel of environment.kernels) await addKernel(root, environment, kernel);
  await addGrubModules(join(root, 'boot', spec.menuDirectory), spec.grub);
}

const tinyOsRelease = 'NAME="Test Linux"\nID=testlinux\nVERSION_ID=1\nPRETTY_NAME="Test Linux 1"\n';

function defaultGrub(spec: CompleteDiskSpec): string {
  return `GRUB_TIMEOUT=0\nGRUB_DISTRIBUTOR="Test Linux"\nGRUB_CMDLINE_LINUX="${spec.kernelOptions}"\n`;
}

/** Installs the files of a kernel like a Fedora kernel package and its run of kernel-install. */
async function addKernel(root: string, environment: EnvironmentSpec, kernel: GuestKernel): Promise<void> {
  const modules = join(root, 'usr/lib/modules', kernel.release);
  const image = join(root, 'boot', `vmlinuz-${kernel.release}`);
  const initramfs = join(root, 'boot', `initramfs-${kernel.release}.img`);
  const isFull = environment.content === 'full';
  const keep = (path: string) => isFull || !/\/kernel$/.test(path);
  await cp(kernel.modules, modules, { recursive: true, filter: keep });
  await tool('cp', [kernel.vmlinuz, image]);
  await tool('cp', ['--reflink=always', image, join(modules, 'vmlinuz')]);
  const source = isFull ? kernel.initramfs : kernel.tinyInitramfs;
  // The kernel does not boot with data after the output of dracut.
  if (source === kernel.dracutInitramfs) await tool('cp', [source, initramfs]);
  else await addInitramfsId(source, `${environment.name} ${kernel.release}`, initramfs);
}

/** Copies the modules of GRUB for both kinds of firmware into a GRUB directory. */
export async function addGrubModules(home: string, version: GrubVersion): Promise<void> {
  const grub = await grubBuild(version);
  const platforms: readonly GrubPlatform[] = ['x86_64-efi', 'i386-pc'];
  for (const platform of platforms) {
    const target = join(home, platform);
    await mkdir(target, { recursive: true });
    const names = (await readdir(grub.platform(platform))).filter((name) => /\.(mod|lst)$/.test(name));
    await tool('cp', [...names.map((name) => join(grub.platform(platform), name)), target]);
  }
}

/** Writes the files of one environment that name the filesystem: /etc/fstab and the menu of the distribution. */
export async function nameFilesystem(
  root: string,
  environment: Required<EnvironmentSpec>,
  spec: CompleteDiskSpec,
  uuid: string,
): Promise<void> {
  const { subvolume } = environment;
  await writeFile(join(root, 'etc/fstab'), `UUID=${uuid} / btrfs subvol=/${subvolume} 0 0\n`);
  const entries = environment.kernels.map(({ release }) =>
    [
      `menuentry 'Test Linux, with Linux ${release}' --id 'distribution-${release}' {`,
      `\tsearch --no-floppy --fs-uuid --set=root ${uuid}`,
      `\tlinux /${subvolume}/boot/vmlinuz-${release} root=UUID=${uuid} ro rootflags=subvol=${subvolume} ${spec.kernelOptions}`,
      `\tinitrd /${subvolume}/boot/initramfs-${release}.img`,
      '}\n',
    ].join('\n'),
  );
  const text = `set default=0\nset timeout=0\n${entries.reverse().join('')}`;
  await writeFile(join(root, 'boot', spec.menuDirectory, 'grub.cfg'), text);
}
