/**
 * The init of the tiny initramfs (busybox sh). It mounts the root that the kernel command line names, read-only and
 * with exactly its rootflags, reports its findings on the second serial port, and powers the machine off. As in dracut,
 * the last of several `root=` or `rootflags=` words wins. With a file /hand-over it starts the init of that root
 * instead, like dracut's, in a third of the time. With a file /report-only it reports nevertheless. With a file /uefi the
 * system looks as if UEFI had started it.
 */
export const tinyInit = `#!/bin/busybox sh
/bin/busybox mkdir -p /bin /proc /sys /dev /run /newroot
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
if [ -e /uefi ]; then mount -t tmpfs tmpfs /sys/firmware && mkdir /sys/firmware/efi; fi
stty -F /dev/ttyS1 raw -echo
encode() { base64 | tr -d '\\n'; }
finish() {
  echo "$1" >/dev/ttyS1
  echo "$2" >/dev/ttyS0
  sync
  poweroff -f
  sleep 60
}
while read -r module; do insmod "/modules/$module"; done </modules/order
root= flags= type=btrfs
set -f
for word in $(cat /proc/cmdline); do
  case "$word" in
    root=*) root=\${word#root=} ;;
    rootflags=*) flags=\${word#rootflags=} ;;
    rootfstype=*) type=\${word#rootfstype=} ;;
  esac
done
for try in 1 2 3 4 5 6 7 8 9 10; do
  device=$root
  case "$root" in UUID=*|LABEL=*) device=$(findfs "$root" 2>/dev/null) ;; esac
  [ -n "$device" ] && [ -b "$device" ] && break
  sleep 0.3
done
if ! mount -t "$type" -o "ro\${flags:+,$flags}" "$device" /newroot 2>/mount-error; then
  finish "FAILED $({ cat /mount-error /proc/cmdline; dmesg | tail -n 5; } | encode)" "FAILED to mount root=$root rootflags=$flags"
fi
if [ -e /hand-over ] && [ ! -e /report-only ]; then
  mount -t tmpfs -o mode=0755 tmpfs /run
  cp /initramfs-id /run/be-hook-test-initramfs-id
  for place in dev proc sys run; do mount --move /$place /newroot/$place; done
  exec switch_root /newroot /sbin/init
fi
field() { printf '"%s":"%s"' "$1" "$(encode)"; }
report=$(
  printf 'BOOTED {'
  field cmdline </proc/cmdline; printf ,
  field release </proc/sys/kernel/osrelease; printf ,
  awk '$5 == "/newroot" { print $4 }' /proc/self/mountinfo | field subvolume; printf ,
  cat /newroot/etc/be-id 2>/dev/null | field id; printf ,
  cat /initramfs-id 2>/dev/null | field initramfs
  printf '}'
)
finish "$report" "BOOTED $(cat /newroot/etc/be-id) $(uname -r)"
`;
