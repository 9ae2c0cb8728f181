import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { cached } from '../cache.ts';
import { unpackPackages } from './archive.ts';
import { appendTree } from './initramfs-id.ts';
import type { BootResult } from './qemu.ts';
import { parseReport } from './report.ts';
import { loadingOrder } from './tiny-initramfs.ts';
import { tool } from './tool.ts';

/*
 * User Mode Linux: a Linux kernel that runs as a program of this machine, with the same file systems, namespaces and system
 * calls. It needs no emulation of a processor, so systemd starts in a fifth of the time. It has no firmware, and always
 * boots its own kernel. See Documentation/virt/uml in the sources of Linux.
 */

/** The modules that the guests need: FAT, as a kernel loads it by default, and what systemd and be-hook use. */
const modules = ['vfat', 'nls_cp437', 'nls_ascii', 'nls_iso8859-1', 'nls_utf8', 'loop', 'overlay', 'fuse', 'autofs4'];

const recipe = { version: 1, suite: 'forky', packages: ['user-mode-linux', 'libc6'], modules } as const;

interface Kernel {
  readonly program: string;
  /** The directory with the C library that the program needs, which may be newer than the one of this machine. */
  readonly libraries: string;
  readonly modules: string;
}

async function userModeKernel(): Promise<Kernel> {
  const directory = await cached('user-mode-linux', recipe, (target) =>
    unpackPackages(recipe.suite, recipe.packages, target),
  );
  const releases = join(directory, 'usr/lib/uml/modules');
  const [release] = await readdir(releases);
  if (release === undefined) throw new Error(`${releases}: there are no modules`);
  return {
    program: join(directory, 'usr/bin/linux.uml'),
    libraries: join(directory, 'usr/lib/x86_64-linux-gnu'),
    modules: join(releases, release),
  };
}

/** What a guest boots: paths on this machine. */
export interface UserModeBoot {
  /** A whole-disk image. The guest changes it. */
  readonly image: string;
  /** An initramfs of `makeTinyInitramfs`, which loads the modules of this kernel instead of its own, or one of dracut. */
  readonly initramfs: string;
  readonly madeBy?: 'dracut';
  readonly commandLine: string;
  /** A second disk. */
  readonly jobDisk?: string;
  /** Stop the guest and fail after this time. */
  readonly timeoutSeconds: number;
}

/** Boots an image until the guest powers off, and returns what it wrote to its two serial ports. */
export async function bootUserMode(options: UserModeBoot): Promise<BootResult> {
  const started = performance.now();
  const kernel = await userModeKernel();
  const scratch = await mkdtemp(join(tmpdir(), 'be-hook-uml-'));
  try {
    const program = await ownProgram(kernel, scratch);
    const initramfs = options.madeBy === 'dracut' ? options.initramfs : join(scratch, 'initramfs');
    if (options.madeBy !== 'dracut')
      await appendTree(options.initramfs, await moduleTree(kernel, join(scratch, 'tree')), initramfs);
    const paths = { serial: join(scratch, 'serial'), port: join(scratch, 'port') };
    await run(program, [`uml_dir=${scratch}/`, ...kernelArguments(options, initramfs)], { ...paths, ...options });
    const [serial, port] = [await readFile(paths.serial, 'utf8'), await readFile(paths.port, 'utf8')];
    const seconds = (performance.now() - started) / 1000;
    return { serial, port, report: parseReport(port), seconds };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** A copy of the program that loads its own C library. It starts itself again, so no loader can be put in front of it. */
async function ownProgram({ program, libraries }: Kernel, directory: string): Promise<string> {
  const copy = join(directory, 'linux');
  await copyFile(program, copy);
  await chmod(copy, 0o755);
  const loader = ['--set-interpreter', join(libraries, 'ld-linux-x86-64.so.2'), '--set-rpath', libraries];
  await tool('patchelf', [...loader, copy]);
  return copy;
}

/** The modules, and the list of them from which the init loads. */
async function moduleTree(kernel: Kernel, tree: string): Promise<string> {
  const paths = await loadingOrder(kernel.modules, modules);
  await mkdir(join(tree, 'modules'), { recursive: true });
  for (const path of paths) await copyFile(join(kernel.modules, path), join(tree, 'modules', basename(path)));
  await writeFile(join(tree, 'modules/order'), paths.map((path) => `${basename(path)}\n`).join(''));
  return tree;
}

/** The first serial port is descriptor 1 of the program, and the second one is descriptor 3. */
function kernelArguments({ image, jobDisk, commandLine }: UserModeBoot, initramfs: string): readonly string[] {
  const disks = [`ubd0=${image}`, ...(jobDisk === undefined ? [] : [`ubd1r=${jobDisk}`])];
  const ports = ['con=null', 'ssl=null', 'ssl0=null,fd:1', 'ssl1=null,fd:3'];
  return [
    'mem=2048M',
    'seccomp=auto',
    'noreboot',
    ...disks,
    `initrd=${initramfs}`,
    ...ports,
    ...commandLine.split(' '),
  ];
}

/** The files for the output of the two serial ports, and the limit. */
interface Run extends Pick<UserModeBoot, 'timeoutSeconds'> {
  readonly serial: string;
  readonly port: string;
}

async function run(program: string, args: readonly string[], { serial, port, timeoutSeconds }: Run): Promise<void> {
  await execa(program, args, {
    stdio: ['ignore', { file: serial }, 'ignore', { file: port }],
    timeout: timeoutSeconds * 1000,
    killSignal: 'SIGKILL',
    reject: false,
  });
}
