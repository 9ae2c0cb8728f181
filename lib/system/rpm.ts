import { readText, stat } from './files.ts';

/** The lock files of rpm's database: on Fedora, openSUSE and EL 10; then on EL 9, PLD and Mageia. */
const lockFiles = ['/usr/lib/sysimage/rpm/.rpm.lock', '/var/lib/rpm/.rpm.lock'];

/**
 * Whether an rpm transaction is running. During one, a process holds the write lock of the database (rpm,
 * lib/rpmlock.c), and the kernel lists the lock in /proc/locks. be-hook does not compare the device numbers: for a file
 * on btrfs, /proc/locks shows another number than stat(2).
 */
export function isTransactionRunning(): boolean {
  const locks = stat('/proc/locks') === undefined ? '' : readText('/proc/locks');
  return lockFiles.some((path) => {
    const inode = stat(path)?.inode;
    return inode !== undefined && new RegExp(` WRITE .*:${inode} `).test(locks);
  });
}
