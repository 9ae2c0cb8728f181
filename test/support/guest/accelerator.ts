import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { cached } from '../cache.ts';
import { type GuestKernel, kernels } from './kernels.ts';
import { tool } from './tool.ts';

/**
 * QEMU's arguments for emulation, without cmpxchg16b. The emulation of that instruction in QEMU 7.2 leaves wrong flags:
 * 9 of 60 guests failed in their first seconds with it (SLUB uses it from Linux 6.x on), and none of 40 without it.
 * Five-level paging only slows emulation.
 */
export const emulated: readonly string[] = ['-accel', 'tcg,thread=multi', '-cpu', 'max,cx16=off,la57=off'];

const accelerated = ['-accel', 'kvm', '-cpu', 'max'];

let answer: Promise<readonly string[]> | undefined;

/**
 * QEMU's arguments for the fastest way to run a guest on this machine: KVM if a test run shows that it works, otherwise
 * emulation. /dev/kvm alone is no proof: on some hosts QEMU opens it and aborts, or the guest hangs.
 */
export function acceleration(): Promise<readonly string[]> {
  answer ??= choose();
  return answer;
}

/** The test run is repeated only after this machine reboots or QEMU changes. */
async function choose(): Promise<readonly string[]> {
  const machine = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  const version = await tool('qemu-system-x86_64', ['--version']);
  const directory = await cached('kvm', { machine, version, accelerated }, async (target) => {
    const [, , newest] = await kernels();
    await writeFile(join(target, 'works'), String(await comesUp(newest)));
  });
  return (await readFile(join(directory, 'works'), 'utf8')) === 'true' ? accelerated : emulated;
}

/**
 * Whether a kernel with KVM starts its first process within eight seconds. That process reports that the root is
 * missing.
 */
async function comesUp({ vmlinuz, tinyInitramfs }: GuestKernel): Promise<boolean> {
  const scratch = await mkdtemp(join(tmpdir(), 'be-hook-kvm-'));
  try {
    const serial = join(scratch, 'serial');
    const guest = ['-machine', 'q35', '-m', '512', '-nodefaults', '-display', 'none', '-nic', 'none', '-no-reboot'];
    const kernel = ['-kernel', vmlinuz, '-initrd', tinyInitramfs, '-append', 'console=ttyS0 quiet panic=-1 root=none'];
    const ports = ['-serial', `file:${serial}`, '-serial', `file:${serial}.2`];
    await execa('qemu-system-x86_64', [...accelerated, ...guest, ...kernel, ...ports], {
      stdio: 'ignore',
      reject: false,
      timeout: 8000,
      killSignal: 'SIGKILL',
    });
    return (await readFile(serial, 'utf8').catch(() => '')).includes('FAILED to mount root=none');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
