import { rename, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import type { BootOptions, RunningGuest } from './qemu.ts';
import { withGuest } from './qemu.ts';

/** When to make the picture. */
export interface ScreenshotOptions extends BootOptions {
  /** The text on the first serial port to wait for (with UEFI, GRUB's console is on it, too). */
  readonly when: RegExp;
  /** Further seconds until the screen is stable; the default is 2. */
  readonly settleSeconds?: number;
}

/** Boots an image and writes a picture of its screen, as PNG. */
export async function screenshot(image: string, png: string, options: ScreenshotOptions): Promise<void> {
  await withGuest(image, options, async (guest) => {
    await waitFor(guest, options);
    await new Promise((resolve) => setTimeout(resolve, (options.settleSeconds ?? 2) * 1000));
    const unfinished = `${png}.part`;
    await monitor(guest, `screendump ${unfinished} -f png`);
    await stat(unfinished);
    await rename(unfinished, png);
  });
}

async function waitFor(guest: RunningGuest, options: ScreenshotOptions): Promise<void> {
  const deadline = performance.now() + (options.timeoutSeconds ?? 60) * 1000;
  while (!options.when.test(await guest.serial())) {
    if (guest.hasEnded() || performance.now() > deadline) {
      throw new Error(`the screen that was waited for never came; the guest said:\n${await guest.serial()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/**
 * Sends one command to QEMU's monitor and returns when it has finished (when the monitor has printed its prompt a
 * second time).
 */
async function monitor(guest: RunningGuest, command: string): Promise<void> {
  const socket = createConnection(guest.monitor);
  let said = '';
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the monitor closed')));
      socket.on('data', (chunk: Buffer) => {
        const before = said.split('(qemu) ').length;
        said += chunk.toString('utf8');
        const prompts = said.split('(qemu) ').length;
        if (before < 2 && prompts >= 2) socket.write(`${command}\n`);
        if (prompts >= 3) resolve();
      });
    });
  } finally {
    socket.destroy();
  }
}
