/*
 * `snapper rollback` of openSUSE (snapper, client/snapper/cmd-rollback.cc): a read-only snapshot of what runs, a writable copy of
 * that or of another one, and that copy becomes the default subvolume. GRUB's plugin of snapper is left out.
 */

/** A fixed sh program: the mounted top level, the subvolume that is copied, and the number of the new snapshot. */
export const snapperRollback = `
set -eu
top=$1 from=$2 number=$3
mkdir -p "$top/@/.snapshots/$number"
btrfs -q subvolume snapshot "$top/$from" "$top/@/.snapshots/$number/snapshot"
btrfs subvolume set-default "$top/@/.snapshots/$number/snapshot"
`;
