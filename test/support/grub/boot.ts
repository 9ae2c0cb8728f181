import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runEmulator } from './emulator.ts';
import { grubSees } from './files.ts';
import type { Attempt } from './recorder.ts';
import { bootMoment, recordedMark, recorderScript, withRecorder } from './recorder.ts';
import type { ShownMenu } from './screen.ts';
import { menusIn, messagesIn } from './screen.ts';
import type { GrubTools } from './versions.ts';

/** A machine's disks and where its GRUB is at home on them. */
export interface GrubMachine {
  readonly tools: GrubTools;
  /** Images of whole-disk filesystems, not mounted or at least synced; the first one holds the menu directory. */
  readonly images: readonly string[];
  /** GRUB's directory as a path from the top of the first filesystem, for example `/@be1/boot/grub`. */
  readonly menuDirectory: string;
}

/** What happened from the start of GRUB to the moment that a kernel would have been started. */
export interface GrubRun {
  /** The attempt that would have booted: the first one whose files GRUB could read. Undefined if there was none. */
  readonly booted: Attempt | undefined;
  readonly attempts: readonly Attempt[];
  /** The menus that were shown, in order; none if the timeout was 0. */
  readonly menus: readonly ShownMenu[];
  /** GRUB's own error messages, without their `error: `. */
  readonly errors: readonly string[];
  /** Every line printed outside the menus. */
  readonly messages: readonly string[];
  readonly askedForUser: boolean;
}

/** What the person at the machine does, and how GRUB came to its configuration. */
export interface RunOptions {
  /** One key for each menu that is shown; Enter, three times, unless given. `\x1b` is Esc. */
  readonly keys?: readonly string[];
  /**
   * How grub.cfg is loaded: by the command `configfile` (as the stub on an ESP does) unless given; `prefix`: by GRUB
   * itself at its start, as with BIOS, and then without the recorder, so that only menus and messages come back.
   */
  readonly load?: 'configfile' | 'normal' | 'prefix';
  /** Script lines executed before that, for example to set what grubenv would. */
  readonly before?: string;
  readonly seconds?: number;
}

/** Starts the real GRUB on the machine: it loads its grub.cfg and does what the keys say. */
export async function runGrub(machine: GrubMachine, options: RunOptions = {}): Promise<GrubRun> {
  const load = `${options.load ?? 'configfile'} "\${prefix}/grub.cfg"\n`;
  return execute(machine, options, async () => load);
}

/** What boots when no key is pressed but Enter, which only saves the wait. */
export async function bootedWords(machine: GrubMachine, options: RunOptions = {}): Promise<GrubRun> {
  return runGrub(machine, options);
}

/**
 * What boots when the entry with this id (`parent>child` for one in a submenu) is the default. The menu is the file
 * `menu` in the home, read by GRUB's own code and executed by GRUB from a copy with the id assigned after its end.
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
  // GRUB would be gone once it boots: what the emulator shows after that does not count.
  const shown = result.output.slice(0, bootMoment(result.output));
  const messages = messagesIn(shown).filter((line) => !line.startsWith(recordedMark));
  const errors = messages.flatMap((line) => /^error: (.*)$/.exec(line)?.[1] ?? []);
  if (errors.includes('environment block too small.')) throw new Error('too many words for the recorder');
  const booted = attempts.find((attempt) => attempt.readable);
  return { booted, attempts, menus: menusIn(shown), errors, messages, askedForUser: result.askedForUser };
}

/** A value as one word of GRUB script: everything between single quotes stands for itself. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
