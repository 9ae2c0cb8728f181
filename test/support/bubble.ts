import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { bubbleScript } from './bubble-script.ts';
import { installedFiles } from './installed-program.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';

/** A file in the bubble's /usr or /run. It exists only as long as the bubble. */
export interface BubbleFile {
  readonly text: string;
  /** Default: 0o644. */
  readonly mode?: number;
}

/** The options of one bubble. */
export interface BubbleOptions {
  /** Files below /usr or /run, by absolute path. Put files of the environment itself into its subvolume. */
  readonly files?: Readonly<Record<string, string | BubbleFile>>;
  /** Paths below /usr to remove, in this order. */
  readonly without?: readonly string[];
  /**
   * Whether the bubble has its own writable /usr/lib/be-hook, and no stored code of the program. Otherwise all bubbles of
   * a test run have the same files there, and the same stored code in /run/be-hook.code. Default: only if `files` or
   * `without` change the directory.
   */
  readonly ownProgram?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly seconds?: number;
}

/** How the command ended. */
export interface Ended {
  /** The exit status, or 128 and the number of the signal that killed the command. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The root of a bubble. */
export interface BubbleRoot {
  readonly device: string;
  /** For mount(8), for example `btrfs`. */
  readonly type: string;
  readonly options: string;
}

/** A subvolume of a scratch filesystem as the root of a bubble, mounted as the kernel does for `rootflags=subvol=`. */
export function rootOf(fs: LoopBtrfs, subvolume: string): BubbleRoot {
  return { device: fs.device, type: 'btrfs', options: `subvol=${subvolume}` };
}

/**
 * Runs a command in a system with this root, as on a machine that booted from it: it is the root of process 1, and
 * /dev, /proc, /sys, /run and /tmp exist. The programs are from this machine: its read-only /usr is below the root's own
 * /usr/lib/modules and /usr/lib/sysimage, and be-hook and its plugins are installed on top. Only the changes on the
 * root's filesystem remain.
 */
export async function inBubble(
  root: BubbleRoot,
  command: readonly string[],
  options: BubbleOptions = {},
): Promise<Ended> {
  const staging = await mkdtemp(join(tmpdir(), 'be-hook-bubble-'));
  try {
    for (const name of ['root', 'overlay', 'usr', 'run']) await mkdir(join(staging, name));
    const shared = changesProgram(options) ? '' : await sharedProgram();
    await install(staging, (path) => shared === '' || !isProgram(path));
    for (const [path, file] of Object.entries(options.files ?? {})) await put(staging, path, file);
    const hidden = options.without ?? [];
    const words = [root.type, root.options, root.device, staging, shared, String(hidden.length), ...hidden, ...command];
    return await run(words, options);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** The namespaces end with the command, and with all mounts and processes. If this process dies first, the kernel ends the command. */
const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];

async function run(words: readonly string[], { env = {}, seconds = 120 }: BubbleOptions): Promise<Ended> {
  const result = await execa('unshare', [...namespaces, '--', 'sh', '-c', bubbleScript, 'bubble', ...words], {
    extendEnv: false,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LC_ALL: 'C.UTF-8', ...env },
    stdin: 'ignore',
    reject: false,
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
    stripFinalNewline: false,
  });
  if (result.timedOut) throw new Error(`still running after ${seconds} s: ${words.join(' ')}\n${result.stderr}`);
  return { status: result.exitCode ?? 128, stdout: result.stdout, stderr: result.stderr };
}

const program = 'usr/lib/be-hook';

const isProgram = (path: string): boolean => `${path}/`.startsWith(`${program}/`);

function changesProgram({ ownProgram = false, files = {}, without = [] }: BubbleOptions): boolean {
  return ownProgram || [...Object.keys(files), ...without].some((path) => isProgram(path.slice(1)));
}

/**
 * The directory that the workers of a test run share: the installed program, and its stored code. The key of stored code
 * has the inode of the file, so no other copy of the program could use it. Empty outside of a test run.
 */
async function sharedProgram(): Promise<string> {
  const shared = process.env['BE_HOOK_TEST_SHARED'] ?? '';
  if (shared === '' || existsSync(join(shared, program))) return shared;
  const unfinished = await mkdtemp(join(shared, 'unfinished-'));
  await install(unfinished, isProgram);
  await mkdir(dirname(join(shared, program)), { recursive: true });
  // Another worker may have been faster: a directory with content is not replaced.
  await rename(join(unfinished, program), join(shared, program)).catch(() => undefined);
  await rm(unfinished, { recursive: true, force: true });
  return shared;
}

async function install(staging: string, isWanted: (path: string) => boolean): Promise<void> {
  for (const { path, contents, mode } of (await installedFiles()).filter((file) => isWanted(file.path))) {
    const target = join(staging, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, contents, { mode });
  }
}

async function put(staging: string, path: string, file: string | BubbleFile): Promise<void> {
  if (!/^\/(usr|run)\//.test(path)) throw new Error(`${path} is neither below /usr nor below /run`);
  const { text, mode = 0o644 } = typeof file === 'string' ? { text: file } : file;
  const target = join(staging, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text);
  await chmod(target, mode);
}
