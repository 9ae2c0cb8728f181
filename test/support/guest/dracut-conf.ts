/**
 * The dracut configuration of every full guest and of the cached initramfs images: generic, without what a virtio
 * machine never needs, and weakly compressed, because under emulation unpacking costs more than reading.
 */
export const dracutConf = `hostonly="no"
compress="zstd -1 -T0"
dracutmodules=" bash systemd systemd-initrd dracut-systemd udev-rules rootfs-block btrfs base fs-lib kernel-modules initqueue usrmount "
drivers=" btrfs virtio_blk virtio_pci "
early_microcode="no"
`;
