/*
 * Fedora's /usr/lib/kernel/install.d/20-grub.install (grub2-common), but only the files of a kernel, its boot loader entry and the
 * default. Until Fedora 42 it sets `saved_entry`, later `tmp_saved_entry`, which 95-set-boot-entry.install renames to `saved_entry`
 * when the initramfs exists. Facts: /etc/kernel/cmdline is for the next kernel only. The paths in an entry begin at the top level
 * of the file system. With UPDATEDEFAULT=yes in /etc/sysconfig/kernel the kernel becomes the default, also an older one, but never
 * one with `debug` in its release.
 */

/** The program, by the variable that contains the new default. */
export function grub20(variable: 'saved_entry' | 'tmp_saved_entry'): string {
  return `#!/bin/sh
set -e
verb=$1 release=$2 image=$4
entries=/boot/loader/entries
id=$KERNEL_INSTALL_MACHINE_ID-$release
case $verb in
add)
	cp --remove-destination "$image" "/boot/vmlinuz-$release"
	place=$(grub-mkrelpath /boot)
	mkdir -p "$entries"
	{
		echo "title Fedora Linux ($release)"
		echo "version $release"
		echo "linux $place/vmlinuz-$release"
		echo "initrd $place/initramfs-$release.img"
		echo "options $(tr -s '[:space:]' ' ' </etc/kernel/cmdline)"
		echo 'grub_users $grub_users'
		echo 'grub_arg --unrestricted'
		echo 'grub_class fedora'
	} >"$entries/$id.conf"
	. /etc/sysconfig/kernel
	case $release in *debug*) UPDATEDEFAULT=no ;; esac
	if [ "$UPDATEDEFAULT" = yes ]; then grub2-editenv - set "${variable}=$id"; fi
	;;
remove) rm -f "/boot/vmlinuz-$release" "$entries/$id.conf" ;;
esac
`;
}
