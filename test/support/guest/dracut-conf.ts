/**
 * The dracut configuration of every full guest and of the cached initramfs images: generic, without what a virtio
 * machine never needs, and weakly compressed, because under emulation unpacking costs more than reading. systemd
 * itself finds and mounts the root: dracut's own hooks would take as long again.
 */
export const dracutConf = `hostonly="no"
compress="zstd -1 -T0"
dracutmodules=" systemd systemd-initrd udev-rules kernel-modules "
drivers=" btrfs virtio_blk virtio_pci "
early_microcode="no"
`;
