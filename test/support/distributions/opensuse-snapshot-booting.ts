/*
 * The signs of openSUSE's snapshot booting, by the program that writes them:
 * - openSUSE's grub2, branch opensuse/202404 (2.12+), util/grub.d/00_header.in: `set btrfs_relative_path="y"`, exported, while
 *   SUSE_BTRFS_SNAPSHOT_BOOTING=true and / is a btrfs; newer ones write "n" otherwise.
 * - openSUSE's shim-install (SUSE/shim-resources), which writes the stub on the EFI system partition.
 * - YaST and agama: fstab mounts / without `subvol=`, GRUB_DISTRIBUTOR and SUSE_BTRFS_SNAPSHOT_BOOTING are in /etc/default/grub.
 * - snapper(8): the root is in @/.snapshots/NUMBER/snapshot, and `snapper rollback` makes another snapshot the default subvolume.
 */

/** The root subvolume of a new installation. */
export const firstSnapshot = '@/.snapshots/1/snapshot';

/** /etc/default/grub of an installed Leap or Tumbleweed. */
export const suseDefaultGrub = [
  'GRUB_DISTRIBUTOR=',
  'GRUB_DEFAULT=saved',
  'GRUB_HIDDEN_TIMEOUT=0',
  'GRUB_HIDDEN_TIMEOUT_QUIET=true',
  'GRUB_TIMEOUT=8',
  'GRUB_CMDLINE_LINUX_DEFAULT="splash=silent quiet"',
  'GRUB_CMDLINE_LINUX=""',
  'SUSE_BTRFS_SNAPSHOT_BOOTING="true"',
  '',
].join('\n');

/** The relevant lines of fstab. */
export function suseFstab(uuid: string): string {
  const line = (mountpoint: string, options: string): string =>
    `UUID=${uuid}  ${mountpoint}  btrfs  ${options}  0  0\n`;
  return [
    line('/', 'defaults'),
    line('/var', 'subvol=/@/var'),
    line('/home', 'subvol=/@/home'),
    line('/.snapshots', 'subvol=/@/.snapshots'),
  ].join('');
}

/** The output of `grub2-mkconfig`: paths relative to the default subvolume, and no `rootflags`. */
export function suseGrubCfg(uuid: string, release: string): string {
  return `### BEGIN /etc/grub.d/00_header ###
set btrfs_relative_path="y"
export btrfs_relative_path
if [ -s $prefix/grubenv ]; then
  load_env
fi
set default="\${saved_entry}"
### END /etc/grub.d/00_header ###

### BEGIN /etc/grub.d/10_linux ###
menuentry 'openSUSE Tumbleweed'  --class opensuse $menuentry_id_option 'gnulinux-simple-${uuid}' {
	search --no-floppy --fs-uuid --set=root ${uuid}
	linux	/boot/vmlinuz-${release} root=UUID=${uuid}  \${extra_cmdline} splash=silent quiet
	initrd	/boot/initrd-${release}
}
### END /etc/grub.d/10_linux ###
`;
}

/** The grub.cfg on the EFI system partition. */
export function suseStub(uuid: string): string {
  return `set btrfs_relative_path="yes"
search --fs-uuid --set=root ${uuid}
set prefix=(\${root})/boot/grub2
source "\${prefix}/grub.cfg"
`;
}
