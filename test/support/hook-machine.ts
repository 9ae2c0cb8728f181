import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BubbleOptions, Ended } from './bubble.ts';
import { inBubble, rootOf } from './bubble.ts';
import { holdAgainstSchemas } from './json-schemas.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';
import { preparedBtrfs } from './prepared-btrfs.ts';
import { bootFile, makeRoot } from './root-tree.ts';

/**
 * A machine that runs from /@be1 and has a second boot environment in /@be2, with replacements of Fedora's kernel-install
 * plugins, and with the plugins of be-hook.
 */
export interface HookMachine {
  readonly fs: LoopBtrfs;
  /** Runs a command in the running system. */
  run(command: readonly string[], options?: BubbleOptions): Promise<Ended>;
  /** Runs a fixed sh program in the running system. */
  sh(script: string, options?: BubbleOptions): Promise<Ended>;
  /** Runs `be-hook … --json` there and returns its output. */
  json(...words: readonly string[]): Promise<unknown>;
  /** Unpacks the files of a kernel package, like rpm before the scriptlets. */
  unpackKernel(release: string): Promise<void>;
  /** Path of a file of /@be1 on this machine. */
  path(name: string): string;
  /** Writes a file of /@be1. */
  write(name: string, text: string): Promise<void>;
  /** Reads a file of /@be1 or of another subvolume. Empty if the file is missing. */
  read(name: string, subvolume?: string): Promise<string>;
}

const fixtures = fileURLToPath(new URL('../fixtures/kernel-install/', import.meta.url));

const withDisk = preparedBtrfs(
  async (fs) => {
    await makeRoot(fs, '@be1', { kernels: ['6.1.0-1', '6.1.0-2'], defaultGrub });
    await makeRoot(fs, '@be2', { kernels: ['6.1.0-1'], defaultGrub });
    for (const subvolume of ['@be1', '@be2']) await furnish(join(fs.top, subvolume));
    const machine = await runningMachine(fs);
    for (const words of [['adopt', '@be1'], ['adopt', '@be2'], ['sync']])
      await succeed(machine.run(['be-hook', ...words]));
  },
  { sizeMiB: 512 },
);

/** Makes a machine with an up-to-date menu for `body`, and then removes all of it. */
export async function withHookMachine<T>(body: (machine: HookMachine) => Promise<T>): Promise<T> {
  return await withDisk(async (fs) => body(await runningMachine(fs)));
}

/** The emulated GRUB has no graphical terminal, which is the default of GRUB's generator. */
const defaultGrub = 'GRUB_TIMEOUT=5\nGRUB_TERMINAL=console\nGRUB_DISABLE_OS_PROBER=true\nGRUB_CMDLINE_LINUX="quiet"\n';

/** Writes the files in /etc that the programs of this machine need. */
export async function furnish(root: string): Promise<void> {
  await mkdir(join(root, 'etc/kernel'), { recursive: true });
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n');
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
  await cp('/etc/grub.d', join(root, 'etc/grub.d'), { recursive: true });
}

async function succeed(ending: Promise<Ended>): Promise<Ended> {
  const ended = await ending;
  if (ended.status !== 0) throw new Error(`status ${ended.status}: ${ended.stdout}${ended.stderr}`);
  return ended;
}

/**
 * GRUB's generator makes no entry if the root is on a loop device with a backing file (10_linux in 2.06). This program
 * therefore reports a disk.
 */
const losetup = {
  '/usr/sbin/losetup': { text: '#!/bin/sh\n[ "$1" = --list ] || echo "$1: [1]:1 (/dev/disk)"\n', mode: 0o755 },
};

/** The machine of a scratch filesystem, which runs from /@be1. `usual` are options of all its commands. */
export async function runningMachine(fs: LoopBtrfs, usual: BubbleOptions = {}): Promise<HookMachine> {
  const plugins = await Promise.all(
    ['20-grub', '50-dracut'].map(async (name) => {
      const text = await readFile(join(fixtures, `${name}.install`), 'utf8');
      return [`/usr/lib/kernel/install.d/${name}.install`, { text, mode: 0o755 }] as const;
    }),
  );
  const path = (name: string): string => join(fs.top, '@be1', name);
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), text);
  };
  const run: HookMachine['run'] = (command, options = {}) =>
    inBubble(rootOf(fs, '@be1'), command, {
      ...usual,
      ...options,
      files: { ...losetup, ...Object.fromEntries(plugins), ...options.files },
    });
  return {
    fs,
    run,
    sh: (script, options) => run(['sh', '-c', script], options),
    json: async (...words) => {
      const { stdout } = await succeed(run(['be-hook', ...words, '--json']));
      holdAgainstSchemas([...words, '--json'], stdout);
      return JSON.parse(stdout) as unknown;
    },
    unpackKernel: async (release) => {
      const place = `usr/lib/modules/${release}`;
      await write(`${place}/vmlinuz`, bootFile('KERNEL', 'be1', release));
      for (const name of ['config', 'System.map', 'modules.order', 'modules.builtin'])
        await write(`${place}/${name}`, '');
      await mkdir(path(`${place}/kernel`), { recursive: true });
    },
    path,
    write,
    read: (name, subvolume = '@be1') => readFile(join(fs.top, subvolume, name), 'utf8').catch(() => ''),
  };
}
