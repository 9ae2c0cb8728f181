import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootMoment, recorderDevice } from './recorder.ts';
import { menuBegins } from './screen.ts';
import type { GrubTools } from './versions.ts';

/** The parts of the emulated machine, and the keys that its user presses. */
export interface Session {
  readonly tools: GrubTools;
  /** Becomes (hd0), (hd1) … */
  readonly images: readonly string[];
  readonly recorder: string;
  /** A private directory. Its `script` is the first configuration of the emulator. */
  readonly directory: string;
  readonly script: string;
  /**
   * If set, GRUB starts with this directory of (hd0) as its prefix, as if installed there, and does not use `script`.
   */
  readonly prefix: string | undefined;
  /** A key for each time that a menu is shown. The run ends at the first menu without a key. */
  readonly keys: readonly string[];
  readonly seconds: number;
}

/** How a session ended. */
export interface SessionEnd {
  /** Everything that the emulator printed, control sequences included. */
  readonly output: string;
  /** GRUB asked for a user name and a password. */
  readonly askedForUser: boolean;
}

const promptShown = /grub> /;
const userWanted = /Enter username:/;
const keyWanted = /Press any key to continue/g;

/**
 * Runs grub-emu until it has executed an entry that boots, or until it waits for input: no key for the next menu, a
 * prompt, a question.
 */
export async function runEmulator(session: Session): Promise<SessionEnd> {
  const { tools, directory, images, recorder, script, prefix } = session;
  const map = images.map((image, n) => `(hd${n}) ${image}\n`);
  await writeFile(join(directory, 'device.map'), `${map.join('')}(${recorderDevice}) ${recorder}\n`);
  await writeFile(join(directory, 'grub.cfg'), script);
  const [file, ...first] = tools.argv('grub-emu');
  const start = prefix === undefined ? ['-d', directory] : ['-r', 'hd0', '-d', prefix];
  const child = spawn(file, [...first, '-m', join(directory, 'device.map'), ...start], {
    env: { LC_ALL: 'C.UTF-8', TERM: 'linux' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  let complaint = '';
  let typed = 0;
  let acknowledged = 0;
  const timer = setTimeout(() => child.kill('SIGKILL'), session.seconds * 1000);
  // The program may have ended by itself before a key reaches it.
  child.stdin.on('error', () => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (bootMoment(output) !== undefined) return void child.kill();
    const questions = output.match(keyWanted)?.length ?? 0;
    for (; acknowledged < questions; acknowledged += 1) child.stdin.write(' ');
    const menus = output.split(menuBegins).length - 1;
    while (typed < menus && typed < session.keys.length) child.stdin.write(session.keys[typed++] ?? '');
    if (menus > session.keys.length || promptShown.test(output) || userWanted.test(output)) child.kill();
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  }).finally(() => clearTimeout(timer));
  if (child.signalCode === 'SIGKILL')
    throw new Error(`GRUB ${tools.version} was still busy after ${session.seconds} s:\n${output}`);
  if (output === '') throw new Error(`GRUB ${tools.version} did not start: ${complaint}`);
  return { output, askedForUser: userWanted.test(output) };
}
