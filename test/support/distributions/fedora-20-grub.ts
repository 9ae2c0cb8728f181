/*
 * Fedora's /usr/lib/kernel/install.d/20-grub.install (grub2-common), as far as the files of a kernel, its boot loader entry and
 * the default are concerned. Until Fedora 42 it sets `saved_entry`, since then `tmp_saved_entry`, which 95-set-boot-entry.install
 * turns into `saved_entry` when the initramfs is there. Facts: /etc/kernel/cmdline is for the next kernel only; the paths in an
 * entry begin at the top of the file system; with UPDATEDEFAULT=yes in /etc/sysconfig/kernel the kernel becomes the default, also
 * an older one, but never one with `debug` in its release.
 */

/** The program, by the variable in which it keeps the new default. */
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
