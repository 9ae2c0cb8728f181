import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BubbleOptions, Ended } from './bubble.ts';
import { inBubble, rootOf } from './bubble.ts';
import { tool } from './guest/tool.ts';
import { holdAgainstSchemas } from './json-schemas.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';
import { mountBtrfs, withBtrfs } from './loop-btrfs.ts';
import { bootFile, makeRoot } from './root-tree.ts';

/**
 * A machine that runs from /@be1 and has a second boot environment in /@be2, with stand-ins for Fedora's kernel-install
 * plugins, and be-hook's.
 */
export interface HookMachine {
  readonly fs: LoopBtrfs;
  /** Runs a command in the running system. */
  run(command: readonly string[], options?: BubbleOptions): Promise<Ended>;
  /** Runs a fixed sh program in the running system. */
  sh(script: string, options?: BubbleOptions): Promise<Ended>;
  /** Runs `be-hook … --json` there and gives what it printed. */
  json(...words: readonly string[]): Promise<unknown>;
  /** Unpacks the files of a kernel package, as rpm does before the scriptlets run. */
  unpackKernel(release: string): Promise<void>;
  /** Path of a file of /@be1 on this machine. */
  path(name: string): string;
  /** Writes a file of /@be1. */
  write(name: string, text: string): Promise<void>;
  /** Reads a file of /@be1, or of another subvolume; empty if it is not there. */
  read(name: string, subvolume?: string): Promise<string>;
}

const fixtures = fileURLToPath(new URL('../fixtures/kernel-install/', import.meta.url));

/** What all tests of a process start from: the machine's disk after `be-hook sync`, to be copied for each of them. */
let template: Promise<string> | undefined;

/** Makes a machine, its menu in step, for `body`, and removes every trace afterwards. */
export async function withHookMachine<T>(body: (machine: HookMachine) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-machine-'));
  try {
    const image = join(directory, 'disk.img');
    template ??= makeTemplate();
    await tool('cp', ['--sparse=always', await template, image]);
    return await mountBtrfs([image], async (fs) => body(await runningMachine(fs)));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function makeTemplate(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-template-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const image = join(directory, 'disk.img');
  await withBtrfs({ sizeMiB: 512 }, async (fs) => {
    await makeRoot(fs, '@be1', { kernels: ['6.1.0-1', '6.1.0-2'], defaultGrub });
    await makeRoot(fs, '@be2', { kernels: ['6.1.0-1'], defaultGrub });
    for (const subvolume of ['@be1', '@be2']) await furnish(join(fs.top, subvolume));
    const machine = await runningMachine(fs);
    for (const words of [['adopt', '@be1'], ['adopt', '@be2'], ['sync']])
      await succeed(machine.run(['be-hook', ...words]));
    await fs.sync();
    await fs.unmounted(() => tool('cp', ['--sparse=always', fs.image, image]));
  });
  return image;
}

/** The graphical terminal, which GRUB's generator would choose, does not exist in the emulated GRUB. */
const defaultGrub = 'GRUB_TIMEOUT=5\nGRUB_TERMINAL=console\nGRUB_DISABLE_OS_PROBER=true\nGRUB_CMDLINE_LINUX="quiet"\n';

/** Puts into a root what the programs of this machine want to find in /etc. */
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
 * GRUB's generator offers no kernel when the root is on a loop device whose backing is a file (10_linux in 2.06), so it
 * gets the answer that this one's is a disk.
 */
const losetup = {
  '/usr/sbin/losetup': { text: '#!/bin/sh\n[ "$1" = --list ] || echo "$1: [1]:1 (/dev/disk)"\n', mode: 0o755 },
};

/** The machine that a scratch filesystem makes when it runs from /@be1. */
export async function runningMachine(fs: LoopBtrfs): Promise<HookMachine> {
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
