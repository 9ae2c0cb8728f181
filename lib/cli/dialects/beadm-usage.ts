import type { CommandResult } from '../command.ts';
import { notSupportedStatus, usageStatus } from './beadm-status.ts';

/** The usage lines of beadm(8) for the requests that btrfs can fulfil. */
const beadmUsage = `usage:
	beadm [--filesystem DIR|DEVICE] subcommand cmd_options

	subcommands:

	beadm activate [-v] [-t | -T] beName
	beadm create [-a | -t] [-d BE_desc] [-e beName | beName@snapshot] [-v] beName
	beadm create [-d BE_desc] [-v] beName@snapshot
	beadm destroy [-fFsv] beName
	beadm destroy [-fFv] beName@snapshot
	beadm list [[-a] | [-d] [-s]] [-H] [-k | -K date | name | space] [-v] [beName]
	beadm mount [-v] beName [mountpoint]
	beadm rename [-v] origBeName newBeName
	beadm rollback [-v] beName snapshot
	beadm rollback [-v] beName@snapshot
	beadm {umount | unmount} [-fv] beName | mountpoint`;

/** The result for a command line that cannot be read: the complaint, then the usage. */
export function misused(complaint?: string): CommandResult {
  return { stdout: '', messages: [...(complaint === undefined ? [] : [complaint]), beadmUsage], exitCode: usageStatus };
}

/** The result for a request that only ZFS can fulfil. */
export function unsupported(what: string): CommandResult {
  return { stdout: '', messages: [`beadm: ${what}`], exitCode: notSupportedStatus };
}
