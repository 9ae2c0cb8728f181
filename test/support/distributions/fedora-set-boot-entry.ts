/**
 * Fedora's 95-set-boot-entry.install (grub2-common of Fedora 43; 55-set-boot-entry.install before). It reads the paths in the
 * entry as paths below the file system of /boot, although 20-grub.install has written them from the top level. If /boot is a
 * directory of the root, it looks for /boot/SUBVOLUME/boot/…, reports that there is no initramfs, and exits with status 1.
 */
export const setBootEntry = `#!/bin/sh
[ "$1" = add ] || exit 0
noted=$(grub2-editenv - list | sed -n 's/^tmp_saved_entry=//p')
[ -n "$noted" ] || exit 0
entry=/boot/loader/entries/$noted.conf
field() { sed -n "s/^$1[[:space:]]*//p" "$entry"; }
linux=$(field linux) initrd=$(field initrd)
beside=$(dirname "/boot$linux")
if [ ! -e "$beside$initrd" ]; then
	echo "$initrd not found"
	exit 1
fi
grub2-editenv - unset tmp_saved_entry
grub2-editenv - set "saved_entry=$noted"
`;
