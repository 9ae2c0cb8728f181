/*
 * tuned (redhat-performance/tuned), the default of Fedora Workstation since 41, reduced to its changes for GRUB:
 * - 92-tuned.install adds the variables to every boot loader entry except those of rescue kernels;
 * - the plugin `bootloader` keeps their values in /etc/tuned/bootcmdline (TUNED_BOOT_CMDLINE, TUNED_BOOT_INITRD_ADD) and in grubenv.
 *   The path of the initrd has the directory of the kernel that was running (BOOT_IMAGE in /proc/cmdline).
 */

/** The plugin of kernel-install. */
export const tunedInstall = `#!/bin/sh
[ "$1" = add ] || exit 0
for entry in "/boot/loader/entries/$KERNEL_INSTALL_MACHINE_ID"-*.conf; do
	case $entry in *-rescue.conf) continue ;; esac
	grep -q '^options.*\\$tuned_params' "$entry" || sed -i '/^options/s/$/ $tuned_params/' "$entry"
	grep -q '^initrd.*\\$tuned_initrd' "$entry" || sed -i '/^initrd/s/$/ $tuned_initrd/' "$entry"
done
`;

/** The result of applying a profile, as a sh program. Arguments: the kernel arguments, and a file of /boot as the initrd. */
export const tunedProfile = `
set -e
params=$1 initrd=$2
printf 'TUNED_BOOT_CMDLINE="%s"\\nTUNED_BOOT_INITRD_ADD="%s"\\n' "$params" "$initrd" >/etc/tuned/bootcmdline
grub2-editenv - set "tuned_params=$params" "tuned_initrd=$initrd"
`;
