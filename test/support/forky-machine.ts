import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inRoot } from './guest/native.ts';
import { unpackForkyRoot } from './guest/root.ts';
import { installedFiles } from './installed-program.ts';
import { type LoopBtrfs, withBtrfs } from './loop-btrfs.ts';
import { beHookOk, listOf } from './program.ts';
import { bootFile } from './root-tree.ts';
import { buildPackage, makeTop } from './rpm/build.ts';
import { projectFile } from './rpm/project-file.ts';
import { type Ended, run } from './rpm/run.ts';

/** A machine that runs Debian from /@forky, with dnf5, zypper and be-hook, and packages to install: /one.rpm, /two.rpm, /glibc.rpm. */
export interface ForkyMachine {
  readonly fs: LoopBtrfs;
  /** Runs a command in the running system. */
  readonly run: (...words: readonly string[]) => Promise<Ended>;
  /** The number of restore points. */
  readonly points: () => Promise<number>;
  /** Path of one of its files on this machine. */
  readonly path: (name: string) => string;
}

/** Makes such a machine with a text file as kernel. `plugin` is a file of be-hook and its path, where a package manager finds it. */
export async function withForky(
  plugin: { readonly source: string; readonly place: string; readonly mode: number },
  body: (machine: ForkyMachine) => Promise<void>,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'be-hook-forky-'));
  try {
    await withBtrfs({ sizeMiB: 4096 }, async (fs) => {
      const path = (name: string): string => join(fs.top, '@forky', name);
      await fs.subvolume('@forky');
      await unpackForkyRoot(path('.'));
      await furnish(fs, path, work);
      await putFile(path(plugin.place), projectFile(plugin.source), plugin.mode);
      await beHookOk('adopt', '@forky', '--name', 'forky', '--filesystem', fs.top);
      await body({
        fs,
        path,
        run: (...words) => run('unshare', inRoot('subvol=@forky', fs.device, join(work, 'm'), words)),
        points: async () => (await listOf(fs.top)).filter(({ name }) => /^forky-before-[0-9-]+$/.test(name)).length,
      });
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function furnish(fs: LoopBtrfs, path: (name: string) => string, work: string): Promise<void> {
  const files = [
    ...(await installedFiles()).filter(
      (candidate) => candidate.path.startsWith('usr/lib/be-hook/') || candidate.path === 'usr/bin/be-hook',
    ),
    text('etc/fstab', `UUID=${fs.uuid} / btrfs subvol=/@forky 0 0\n`),
    text('boot/vmlinuz-6.1.0-1', bootFile('KERNEL', 'forky', '6.1.0-1')),
    text('boot/initramfs-6.1.0-1.img', bootFile('INITRD', 'forky', '6.1.0-1')),
    text('usr/lib/modules/6.1.0-1/modules.dep', 'x:\n'),
    text('boot/grub/grub.cfg', 'set timeout=5\n'),
  ];
  for (const { path: name, contents, mode } of files) {
    await putFile(path(name), contents, mode);
  }
  await makeTop(join(work, 'top'));
  for (const name of ['one', 'two', 'glibc']) {
    const made = await buildPackage(join(work, 'top'), { name, version: '1', files: [`/opt/${name}`] });
    await copyFile(made, path(`${name}.rpm`));
  }
}

async function putFile(path: string, contents: Uint8Array | string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
  await chmod(path, mode);
}

function text(path: string, contents: string): { path: string; contents: Uint8Array; mode: number } {
  return { path, contents: Buffer.from(contents), mode: 0o644 };
}
