/**
 * The dracut configuration of every full guest and of the cached initramfs images. It is generic, leaves out modules
 * that a virtio machine never needs, and compresses weakly, because under emulation unpacking takes longer than
 * reading. systemd itself finds and mounts the root, because dracut's own hooks would take as long again.
 */
export const dracutConf = `hostonly="no"
compress="zstd -1 -T0"
dracutmodules=" systemd systemd-initrd udev-rules kernel-modules "
drivers=" btrfs virtio_blk virtio_pci "
early_microcode="no"
`;
