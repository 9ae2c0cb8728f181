import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootExtent, btrfsExtent, readEsp } from '../disk/layout.ts';
import type { Disk } from '../disk/make.ts';
import { withPartition } from '../disk/mount.ts';
import { released } from '../prepared-btrfs.ts';
import { must, run } from '../rpm/run.ts';
import type { Job } from './job.ts';
import type { Start } from './start.ts';

/**
 * Shell: makes a root of a btrfs also the root of process 1, as on a machine that booted it, and runs a command there.
 * Arguments: mount options, device, a private directory, the command. The volumes of that btrfs in fstab are mounted
 * after be-hook copied those that it clones at a first boot, like be-hook-first-copy.service. The btrfs has its link
 * below /dev/disk, without which grub-mkconfig writes no root=UUID=. The directory may hold `run` with files for /run,
 * `losetup` to replace that program, and `esp` for a machine with UEFI: a copy of the EFI system partition for
 * /boot/efi, if the root has that directory.
 */
const enter = `
options=$1 device=$2 place=$3
shift 3
mkdir -p "$place/root"
mount -t btrfs -o "$options" "$device" "$place/root"
cd "$place/root"
mount -t tmpfs -o mode=755 tmpfs dev
cp -a -x /dev/. dev
mkdir -p dev/disk/by-uuid dev/pts
ln -s "$device" "dev/disk/by-uuid/$(blkid -p -o value -s UUID "$device")"
mount --bind /dev/pts dev/pts
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs tmpfs sys/firmware
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
if [ -d "$place/run" ]; then cp -a "$place/run/." run; fi
if [ -e "$place/losetup" ]; then mount --bind "$place/losetup" usr/sbin/losetup; fi
if [ -d "$place/esp" ]; then mkdir sys/firmware/efi; fi
if [ -d "$place/esp" ] && [ -d boot/efi ]; then mount -t tmpfs tmpfs boot/efi; cp -r "$place/esp/." boot/efi; fi
pivot_root . mnt
umount -l mnt
cd /
if [ -e usr/lib/sysimage/be-hook/first-boot ]; then sh usr/lib/be-hook/first-boot copy; fi
grep -v '^#' etc/fstab | while read -r source mountpoint type options _; do
  case $mountpoint,$type in
  /,*) ;;
  *,btrfs) mount -t btrfs -o "$options" "$device" "$mountpoint" ;;
  /boot,ext4) mount -t ext4 -o "$options" "$source" "$mountpoint" ;;
  esac
done
"$@"
`;

/**
 * Arguments of unshare(1) for a command in a root of a btrfs, as in {@link enter}. Every mount and process ends with
 * it.
 */
export function inRoot(options: string, device: string, directory: string, command: readonly string[]): string[] {
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--'];
  return [...namespaces, 'sh', '-euc', enter, 'sh', options, device, directory, ...command];
}

/**
 * grub-mkconfig offers no kernel when the root is on a loop device whose backing is a file (10_linux), so the test
 * claims that this loop device is a disk.
 */
const losetup = '#!/bin/sh\n[ "$1" = --list ] || echo "$1: [1]:1 (/dev/disk)"\n';

/** The result of a job that ran outside of a guest. */
export interface NativeResult {
  readonly output: string;
  readonly exitCode: number;
}

/**
 * Runs a job in the root that a start names, with the programs of that root and at this machine's own speed. The
 * changes of rpm, dnf, kernel-install and be-hook to a disk need no emulated processor. There is no systemd, the kernel
 * is this machine's, and the EFI system partition is read-only.
 */
export async function runNatively(
  disk: Disk,
  start: Pick<Start, 'firmware' | 'rootFlags'>,
  { script, files }: Omit<Job, 'orderly'>,
): Promise<NativeResult> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-native-'));
  try {
    await mkdir(join(directory, 'run/be-hook-test'), { recursive: true });
    if (files !== undefined) await must('cp', ['-a', `${files}/.`, join(directory, 'run/be-hook-test')]);
    await writeFile(join(directory, 'run/be-hook-test/job.sh'), script);
    await writeFile(join(directory, 'losetup'), losetup, { mode: 0o755 });
    if (start.firmware === 'uefi') await readEsp(disk.image, join(directory, 'esp'));
    const command = ['sh', '-c', 'cd /run/be-hook-test; exec sh ./job.sh </dev/null 2>&1'];
    return await withDevices(disk.image, async (device) => {
      const { status, stdout, stderr } = await run('unshare', inRoot(start.rootFlags, device, directory, command));
      return { output: stdout + stderr, exitCode: status };
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs `body` with the loop device of the btrfs. The partition for /boot has a loop device, too. */
async function withDevices<T>(image: string, body: (device: string) => Promise<T>): Promise<T> {
  const boot = await bootExtent(image);
  const inner = async (): Promise<T> => withPartition(image, await btrfsExtent(image), body);
  try {
    return await (boot === undefined ? inner() : withPartition(image, boot, inner));
  } finally {
    await released(image);
  }
}
