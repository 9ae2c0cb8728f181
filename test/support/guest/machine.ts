import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Disk } from '../disk/make.ts';
import { chooseEntry } from '../disk/menu-edit.ts';
import { withMountedTop } from '../disk/mount.ts';
import { type MenuEntry, menuOf } from '../program.ts';
import { factFunctions, parseFacts } from './facts.ts';
import { type Job, runInGuest } from './job.ts';
import { runNatively } from './native.ts';
import type { LoadedKernel } from './qemu.ts';
import type { BootReport } from './report.ts';
import { reportOf, type Start, whatBoots, withStart } from './start.ts';

/** What a script on a test's machine reported, and what booted before it ran. */
export interface Outcome {
  /** The value of a fact that it reported, by its name. */
  readonly fact: (name: string) => string;
  /** What it printed beside its facts. */
  readonly printed: string;
  readonly report: BootReport;
  /** All that the console showed; empty where no whole system was booted. */
  readonly console: string;
}

/**
 * The quick way to run a script on a machine. What GRUB chooses is booted as far as its root, which shows kernel, initramfs and root.
 * Then the script runs in that root, but in no guest, with everything that fstab mounts of the disk's btrfs.
 */
export async function runOnDisk(disk: Disk, script: string): Promise<Outcome> {
  const start = await whatBoots(disk);
  const report = await reportOf(disk, start);
  assert.is(start.rootFlags, `subvol=${report.subvolume.slice(1)}`);
  const { output, exitCode } = await runNatively(disk, start, { script: `${factFunctions}${script}` });
  return outcomeOf(output, exitCode, report, '');
}

/**
 * The slow way, for what systemd, its units, a mounted EFI system partition or the power-off has a part in: boots the whole system and
 * runs a script at its end, at which no unit may have failed. Without `start` firmware and GRUB choose what boots.
 */
export async function runInSystem(disk: Disk, script: string, start?: Start, orderly = false): Promise<Outcome> {
  const failed = 'systemctl --failed --plain --no-legend | fact failed\n';
  const job: Job = { script: `${factFunctions}${script}${failed}`, orderly };
  const options = { snapshot: false, timeoutSeconds: 900 } as const;
  const run = (kernel?: LoadedKernel) =>
    runInGuest(disk.image, job, kernel === undefined ? options : { ...options, kernel });
  const { output, exitCode, report, serial } = await (start === undefined ? run() : withStart(disk, start, run));
  assert.ok(report !== undefined, serial);
  const result = outcomeOf(output, exitCode, report, serial);
  assert.is(result.fact('failed'), '', 'no unit failed');
  return result;
}

function outcomeOf(output: string, exitCode: number, report: BootReport, console: string): Outcome {
  const printed = output.replace(/^FACT .*\n/gm, '');
  assert.is(exitCode, 0, printed);
  return { fact: parseFacts(output), printed, report, console };
}

/** The entries of a machine's menu, after a look that every file that they name is there. */
export async function menuOnDisk({ image }: Disk): Promise<readonly MenuEntry[]> {
  return withMountedTop(image, async (top) => {
    const { entries } = await menuOf(top);
    for (const entry of entries) {
      for (const path of [entry.image, ...entry.initrds]) assert.ok((await stat(join(top, path))).size > 0, path);
    }
    return entries;
  });
}

/** Makes the next boots those of an entry, as an administrator does who chooses it in the menu each time. */
export async function choose(disk: Disk, { id }: Pick<MenuEntry, 'id'>): Promise<void> {
  await withMountedTop(disk.image, (top) => chooseEntry(join(top, firstMenu(disk)), id));
}

/** What boots when an entry is chosen in the menu once; the menu stays as it is. */
export async function startOf(disk: Disk, entry: Pick<MenuEntry, 'id'>): Promise<Start> {
  const text = await withMountedTop(disk.image, (top) => readFile(join(top, firstMenu(disk))));
  await choose(disk, entry);
  const start = await whatBoots(disk);
  await withMountedTop(disk.image, (top) => writeFile(join(top, firstMenu(disk)), text));
  return start;
}

function firstMenu({ spec }: Disk): string {
  return `${spec.environments[0]?.subvolume}/boot/${spec.menuDirectory}/be-hook.cfg`;
}
