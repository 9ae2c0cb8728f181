import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runEmulator } from './emulator.ts';
import { grubSees } from './files.ts';
import type { Attempt } from './recorder.ts';
import { bootMoment, recordedMark, recorderScript, withRecorder } from './recorder.ts';
import type { ShownMenu } from './screen.ts';
import { menusIn, messagesIn } from './screen.ts';
import type { GrubTools } from './versions.ts';

/** A machine's disks and the place of its GRUB directory on them. */
export interface GrubMachine {
  readonly tools: GrubTools;
  /** Images of whole-disk file systems, not mounted or at least synced. The first one holds the GRUB directory. */
  readonly images: readonly string[];
  /** GRUB's directory as a path from the top of the first file system, for example `/@be1/boot/grub`. */
  readonly menuDirectory: string;
}

/** The events from the start of GRUB to the start of a kernel. */
export interface GrubRun {
  /**
   * The attempt that boots on a real machine: the first one whose files GRUB could read. Undefined if there was none.
   */
  readonly booted: Attempt | undefined;
  readonly attempts: readonly Attempt[];
  /** The menus that were shown, in order; empty if the timeout was 0. */
  readonly menus: readonly ShownMenu[];
  /** GRUB's own error messages, without their `error: `. */
  readonly errors: readonly string[];
  /** Every line printed outside the menus. */
  readonly messages: readonly string[];
  readonly askedForUser: boolean;
}

/** The keys that the user presses, and how GRUB loads its configuration. */
export interface RunOptions {
  /** One key for each menu that is shown. The default is Enter, three times. `\x1b` is Esc. */
  readonly keys?: readonly string[];
  /**
   * How grub.cfg is loaded. The default is the command `configfile`, as in the stub on an EFI system partition. With
   * `prefix` GRUB itself loads it at its start, as with BIOS. Then there is no recorder, so that only menus and
   * messages are returned.
   */
  readonly load?: 'configfile' | 'normal' | 'prefix';
  /** Script lines that are executed before that, for example to set the variables of grubenv. */
  readonly before?: string;
  readonly seconds?: number;
}

/** Starts the real GRUB on the machine. It loads its grub.cfg and reacts to the keys. */
export async function runGrub(machine: GrubMachine, options: RunOptions = {}): Promise<GrubRun> {
  const load = `${options.load ?? 'configfile'} "\${prefix}/grub.cfg"\n`;
  return execute(machine, options, async () => load);
}

/** What boots when the user presses no key except Enter, which only ends the wait. */
export async function bootedWords(machine: GrubMachine, options: RunOptions = {}): Promise<GrubRun> {
  return runGrub(machine, options);
}

/**
 * What boots when the entry with this id (`parent>child` for one in a submenu) is the default. The menu is the file
 * `menu` in the GRUB directory. GRUB's own code reads it, and GRUB executes a copy with the id assigned after its end.
 */
export async function bootedWordsOf(
  machine: GrubMachine,
  id: string,
  { menu = 'be-hook.cfg', ...options }: RunOptions & { readonly menu?: string } = {},
): Promise<GrubRun> {
  const path = `${machine.menuDirectory}/${menu}`;
  const text = await grubSees(machine.tools, machine.images, path);
  if (text === undefined) throw new Error(`GRUB ${machine.tools.version} cannot read ${path}`);
  const place = `set config_directory=${quoted(`(hd0)${machine.menuDirectory}`)}\nset config_file=${quoted(`(hd0)${path}`)}\n`;
  const choice = `\nset default=${quoted(id)}\nset timeout=0\n`;
  return execute(machine, options, async (directory) => {
    const copy = join(directory, 'menu.cfg');
    await writeFile(copy, Buffer.concat([Buffer.from(place), text, Buffer.from(choice)]));
    return `configfile ${quoted(`(host)${copy}`)}\n`;
  });
}

async function execute(
  machine: GrubMachine,
  options: RunOptions,
  lastLines: (directory: string) => Promise<string>,
): Promise<GrubRun> {
  const { tools, images, menuDirectory: home } = machine;
  const { result, attempts } = await withRecorder(async (recorder, directory) => {
    const start = `set root=hd0\nset prefix=${quoted(`(hd0)${home}`)}\nexport root prefix\n`;
    const script = `${recorderScript}${start}${options.before ?? ''}\n${await lastLines(directory)}`;
    const keys = options.keys ?? ['\r', '\r', '\r'];
    const prefix = options.load === 'prefix' ? home : undefined;
    const seconds = options.seconds ?? 30;
    return runEmulator({ tools, images, recorder, directory, script, prefix, keys, seconds });
  });
  // A real GRUB ends when it boots, so any later output of the emulator does not count.
  const shown = result.output.slice(0, bootMoment(result.output));
  const messages = messagesIn(shown).filter((line) => !line.startsWith(recordedMark));
  const errors = messages.flatMap((line) => /^error: (.*)$/.exec(line)?.[1] ?? []);
  if (errors.includes('environment block too small.')) throw new Error('too many words for the recorder');
  const booted = attempts.find((attempt) => attempt.readable);
  return { booted, attempts, menus: menusIn(shown), errors, messages, askedForUser: result.askedForUser };
}

/** A value as one word of GRUB script. Between single quotes each character stands for itself. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
