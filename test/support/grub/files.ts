import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { GrubProgram, GrubTools } from './versions.ts';

interface Ended {
  readonly failed: boolean;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

async function run(tools: GrubTools, program: GrubProgram, args: readonly string[]): Promise<Ended> {
  const [file, ...first] = tools.argv(program);
  const options = { encoding: 'buffer', stripFinalNewline: false, reject: false, timeout: 60_000 } as const;
  const result = await execa(file, [...first, ...args], options);
  return { failed: result.failed, stdout: result.stdout, stderr: Buffer.from(result.stderr).toString() };
}

/** Names a file to grub-fstest, whose first image is always `(loop0)`. */
function inImage(images: readonly string[], command: string, path: string, device = 'loop0'): string[] {
  return ['-c', String(images.length), ...images, command, `(${device})${path}`];
}

/**
 * The content of a file as GRUB's own file system code reads it from the images, without log replay and caches. The
 * path is absolute from the top of the file system. Undefined if GRUB cannot read it. `device` is GRUB's name of the file
 * system, `loop0` for the first image.
 */
export async function grubSees(
  tools: GrubTools,
  images: readonly string[],
  path: string,
  device?: string,
): Promise<Buffer | undefined> {
  const ended = await run(tools, 'grub-fstest', inImage(images, 'cat', path, device));
  return ended.failed || ended.stderr.includes('error:') ? undefined : Buffer.from(ended.stdout);
}

/** The names in a directory as GRUB lists them (directories end with a slash); undefined if it cannot. */
export async function grubLists(
  tools: GrubTools,
  images: readonly string[],
  path: string,
): Promise<string[] | undefined> {
  const ended = await run(tools, 'grub-fstest', inImage(images, 'ls', `${path.replace(/\/*$/, '')}/`));
  if (ended.failed || ended.stderr.includes('error:')) return undefined;
  const words = Buffer.from(ended.stdout).toString().trim().split(/\s+/);
  return words.filter((word) => word !== '' && word !== './' && word !== '../').sort();
}

/** The error of grub-script-check for a menu; undefined if it accepts the menu. It does not check expanded values. */
export async function scriptError(tools: GrubTools, text: string | Uint8Array): Promise<string | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-check-'));
  try {
    const file = join(directory, 'menu.cfg');
    await writeFile(file, text);
    const ended = await run(tools, 'grub-script-check', [file]);
    return ended.failed ? ended.stderr.trim() || 'grub-script-check failed without a word' : undefined;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The path of a file of a mounted file system for GRUB, as grub-mkrelpath finds it. */
export async function grubPath(tools: GrubTools, path: string): Promise<string> {
  const ended = await run(tools, 'grub-mkrelpath', [path]);
  if (ended.failed) throw new Error(`grub-mkrelpath ${path}: ${ended.stderr}`);
  return Buffer.from(ended.stdout).toString().replace(/\n$/, '');
}
