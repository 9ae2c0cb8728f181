import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { acceleration } from './accelerator.ts';
import type { BootReport } from './report.ts';
import { parseReport } from './report.ts';

/** The two kinds of firmware that can boot a test disk. */
export type Firmware = 'uefi' | 'bios';

/** A kernel that QEMU itself loads into the guest's memory: paths on this machine. */
export interface LoadedKernel {
  readonly image: string;
  readonly initramfs: string;
  readonly commandLine: string;
}

/** How a guest is started and when it has finished. */
export interface BootOptions {
  /** The default is `uefi`. */
  readonly firmware?: Firmware;
  /** Start this kernel, and not the one that the firmware and GRUB find on the disk. This takes half the time. */
  readonly kernel?: LoadedKernel;
  /** Discard the changes of the guest. The default is true. */
  readonly snapshot?: boolean;
  /** Stop the guest and fail after this time. The default is 480, because other tests run at the same time. */
  readonly timeoutSeconds?: number;
  /** Stop the guest as soon as this matches the output of either serial port. Otherwise the guest has to power off. */
  readonly until?: RegExp;
  /** MiB; the default is 2048. */
  readonly memory?: number;
  /** QEMU's arguments for the processor; the default is {@link acceleration}. */
  readonly acceleration?: readonly string[];
  /** Pass the guest's flushes on to the image. The default is false, because that is slow. */
  readonly flushes?: boolean;
  /** A second disk, raw, with the serial number be-hook-job in the guest. */
  readonly jobDisk?: string;
}

/** The output and the result of a guest. */
export interface BootResult {
  /** The first serial port: with UEFI also the output of the firmware and GRUB. */
  readonly serial: string;
  /** The second serial port, which only the report and a job's output use. */
  readonly port: string;
  /** The root and the kernel that it booted; undefined if it failed before that. */
  readonly report: BootReport | undefined;
  readonly seconds: number;
}

/** A running guest: the output of its two serial ports so far, and the path of its monitor's socket. */
export interface RunningGuest {
  readonly serial: () => Promise<string>;
  readonly port: () => Promise<string>;
  readonly monitor: string;
  /** Settles when the guest has powered off or rebooted (which ends it too), or was killed. */
  readonly ended: Promise<unknown>;
  readonly hasEnded: () => boolean;
}

const firmwareCode = '/usr/share/OVMF/OVMF_CODE_4M.fd';
const firmwareVariables = '/usr/share/OVMF/OVMF_VARS_4M.fd';

/** Boots an image with its firmware and its boot loader, and returns the result. */
export async function boot(image: string, options: BootOptions): Promise<BootResult> {
  const started = performance.now();
  return withGuest(image, options, async (guest) => {
    const deadline = started + (options.timeoutSeconds ?? 480) * 1000;
    for (;;) {
      const ended = guest.hasEnded();
      const serial = await guest.serial();
      const port = await guest.port();
      if (ended || (options.until !== undefined && (options.until.test(serial) || options.until.test(port)))) {
        const report = parseReport(port);
        return { serial, port, report, seconds: (performance.now() - started) / 1000 };
      }
      if (performance.now() > deadline) throw new Error(`the guest did not finish in time; it said:\n${tail(serial)}`);
      await Promise.race([guest.ended, new Promise((resolve) => setTimeout(resolve, 100))]);
    }
  });
}

function tail(text: string): string {
  return text.split('\n').slice(-40).join('\n');
}

/** Runs a guest while `body` runs, and then makes sure that it has ended. */
export async function withGuest<T>(
  image: string,
  options: BootOptions,
  body: (guest: RunningGuest) => Promise<T>,
): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'be-hook-qemu-'));
  try {
    const serial = join(scratch, 'serial');
    const port = join(scratch, 'port');
    const monitor = join(scratch, 'monitor');
    await writeFile(serial, '');
    await writeFile(port, '');
    const variables = join(scratch, 'variables.fd');
    if (firmwareOf(options) === 'uefi') await copyFile(firmwareVariables, variables);
    const args = await qemuArguments(image, options, { serial, port, monitor, variables });
    const qemu = execa('qemu-system-x86_64', args, { stdin: 'ignore', stdout: 'ignore', reject: false });
    let over = false;
    const ended = qemu.then((result) => {
      over = true;
      return result;
    });
    const text = (path: string) => async () => (await readFile(path)).toString('utf8');
    try {
      return await body({ serial: text(serial), port: text(port), monitor, ended, hasEnded: () => over });
    } finally {
      qemu.kill('SIGKILL');
      const result = await ended;
      if (!result.isTerminated && result.exitCode !== 0) throw new Error(`qemu failed: ${result.stderr}`);
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface GuestFiles {
  readonly serial: string;
  readonly port: string;
  readonly monitor: string;
  readonly variables: string;
}

/** SeaBIOS starts a loaded kernel at once; OVMF needs much longer. */
function firmwareOf({ firmware = 'uefi', kernel }: BootOptions): Firmware {
  return kernel === undefined ? firmware : 'bios';
}

function kernelArguments(kernel: LoadedKernel | undefined): string[] {
  if (kernel === undefined) return [];
  return ['-kernel', kernel.image, '-initrd', kernel.initramfs, '-append', kernel.commandLine];
}

/** One processor, because an emulated machine with more needs slow atomic operations. */
async function qemuArguments(image: string, options: BootOptions, files: GuestFiles): Promise<string[]> {
  const job =
    options.jobDisk === undefined
      ? []
      : [
          ...['-drive', `file=${options.jobDisk},format=raw,if=none,id=job,readonly=on`],
          ...['-device', 'virtio-blk-pci,drive=job,serial=be-hook-job'],
        ];
  const uefi =
    firmwareOf(options) === 'bios'
      ? []
      : [
          ...['-drive', `if=pflash,format=raw,readonly=on,file=${firmwareCode}`],
          ...['-drive', `if=pflash,format=raw,file=${files.variables}`],
        ];
  return [
    ...['-machine', 'q35', ...(options.acceleration ?? (await acceleration())), '-smp', '1'],
    ...['-m', String(options.memory ?? 2048), '-nodefaults', '-vga', 'std', '-display', 'none', '-nic', 'none'],
    ...['-no-reboot', ...(options.snapshot === false ? [] : ['-snapshot'])],
    ...['-chardev', `file,id=first,path=${files.serial}`, '-serial', 'chardev:first'],
    ...['-chardev', `file,id=second,path=${files.port}`, '-serial', 'chardev:second'],
    ...['-monitor', `unix:${files.monitor},server=on,wait=off`],
    ...uefi,
    ...kernelArguments(options.kernel),
    ...[
      '-drive',
      `file=${image},format=raw,if=none,id=system,cache=${options.flushes === true ? 'writeback' : 'unsafe'}`,
    ],
    ...['-device', `virtio-blk-pci,drive=system${options.kernel === undefined ? ',bootindex=0' : ''}`],
    ...job,
  ];
}
