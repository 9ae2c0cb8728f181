/*
 * `snapper rollback` of openSUSE (snapper, client/snapper/cmd-rollback.cc): it makes a read-only snapshot of the running
 * root, then a writable copy of that or of another snapshot, and makes the copy the default subvolume. The GRUB plugin is omitted.
 */

/** A fixed sh program. Arguments: the mounted top level, the subvolume to copy, and the number of the new snapshot. */
export const snapperRollback = `
set -eu
top=$1 from=$2 number=$3
mkdir -p "$top/@/.snapshots/$number"
btrfs -q subvolume snapshot "$top/$from" "$top/@/.snapshots/$number/snapshot"
btrfs subvolume set-default "$top/@/.snapshots/$number/snapshot"
`;
