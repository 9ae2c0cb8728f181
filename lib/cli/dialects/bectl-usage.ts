import type { CommandResult } from '../command.ts';
import { usageStatus } from './bectl-status.ts';
import type { OptionFault } from './getopt.ts';

/** The output of `bectl -h`: the usage lines of bectl(8) for the requests that btrfs can fulfil. */
export const bectlUsage = `Usage:	bectl {-h | subcommand [args...]}
	bectl [-r beroot] activate [-t] beName
	bectl [-r beroot] activate -T [beName]
	bectl [-r beroot] check
	bectl [-r beroot] create [-r] [-e {beName | beName@snapshot}] beName
	bectl [-r beroot] create [-r] beName@snapshot
	bectl [-r beroot] destroy [-Fo] {beName | beName@snapshot}
	bectl [-r beroot] export sourceBe
	bectl [-r beroot] import targetBe
	bectl [-r beroot] jail beName [utility [argument ...]]
	bectl [-r beroot] list [-aDHs] [{-c property | -C property}]
	bectl [-r beroot] mount beName [mountpoint]
	bectl [-r beroot] rename origBeName newBeName
	bectl [-r beroot] {umount | unmount} [-f] beName

beroot is a directory, a device or an image of a btrfs; it need not be running.
`;

/** The result for a command line that cannot be read: the complaint, then the usage. */
export function misused(complaint?: string): CommandResult {
  const messages = [...(complaint === undefined ? [] : [complaint]), bectlUsage.trimEnd()];
  return { stdout: '', messages, exitCode: usageStatus };
}

/** The result for an option that a subcommand does not have. */
export function misusedOption(command: string, { letter, lacksValue }: OptionFault): CommandResult {
  const what = lacksValue ? `option '-${letter}' needs a value` : `unknown option '-${letter}'`;
  return misused(`bectl ${command}: ${what}`);
}

/** The result for a request that be-hook cannot fulfil on btrfs, or without jails. */
export function refused(command: string, why: string): CommandResult {
  return { stdout: '', messages: [`bectl ${command}: ${why}`], exitCode: usageStatus };
}
