/**
 * grub2-editenv of Fedora and openSUSE: upstream's grub-editenv, built with another directory for the default file `-`
 * (GRUB_DIR_NAME in configure.ac).
 */
export const grub2Editenv = `#!/bin/sh
file=$1
shift
[ "$file" != - ] || file=/boot/grub2/grubenv
exec grub-editenv "$file" "$@"
`;

/** grub2-set-default of the same packages (util/grub-set-default.in): the new default replaces a one-shot request. */
export const grub2SetDefault = `#!/bin/sh
set -e
for name in prev_saved_entry next_entry; do grub2-editenv - unset "$name"; done
grub2-editenv - set "saved_entry=$1"
`;
