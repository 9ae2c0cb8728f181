import { readText, stat } from './files.ts';

/** Where rpm keeps the lock of its database: Fedora, openSUSE and EL 10, then EL 9, PLD and Mageia. */
const lockFiles = ['/usr/lib/sysimage/rpm/.rpm.lock', '/var/lib/rpm/.rpm.lock'];

/**
 * Whether an rpm transaction is under way: somebody then holds the write lock of the database (rpm, lib/rpmlock.c), and
 * the kernel lists it in /proc/locks. Devices are not compared, for btrfs shows another one there than stat(2) does.
 */
export function isTransactionRunning(): boolean {
  const locks = stat('/proc/locks') === undefined ? '' : readText('/proc/locks');
  return lockFiles.some((path) => {
    const inode = stat(path)?.inode;
    return inode !== undefined && new RegExp(` WRITE .*:${inode} `).test(locks);
  });
}
