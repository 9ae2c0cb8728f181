/**
 * A fixed sh program: it prepares the bubble's mount and process namespaces, then starts the command.
 * Arguments: filesystem type, mount options, device, staging directory, directory of the shared program or nothing,
 * number of paths to hide, those paths, then the command. Every mount ends with the namespace.
 */
export const bubbleScript = `
set -eu
type=$1 options=$2 device=$3 staging=$4 shared=$5 hidden=$6
shift 6
root=$staging/root
mount -t "$type" -o "$options" -- "$device" "$root"
for name in dev proc sys run tmp etc/alternatives var/lib usr/lib/modules usr/lib/sysimage; do
  if [ ! -d "$root/$name" ]; then mkdir -p "$root/$name"; fi
done
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -d "/usr/$name" ] && [ ! -L "$root/$name" ]; then ln -s "usr/$name" "$root/$name"; fi
done
mount -t tmpfs tmpfs "$staging/overlay"
mkdir "$staging/overlay/upper" "$staging/overlay/work"
for name in modules sysimage; do
  mkdir -p "$staging/usr/lib/$name" "$staging/own/$name" "$staging/usr/lib/be-hook"
  mount --bind "$root/usr/lib/$name" "$staging/own/$name"
done
lower=$staging/usr:/usr
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$staging/overlay/upper,workdir=$staging/overlay/work" "$root/usr"
for name in modules sysimage; do mount --move "$staging/own/$name" "$root/usr/lib/$name"; done
if [ -d /etc/alternatives ]; then mount -o bind,ro /etc/alternatives "$root/etc/alternatives"; fi
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
cp -a "$staging/run/." "$root/run/"
if [ -n "$shared" ]; then
  mkdir -m 700 "$root/run/be-hook.code"
  mount --bind "$shared/code" "$root/run/be-hook.code"
  mount -o bind,ro "$shared/usr/lib/be-hook" "$root/usr/lib/be-hook"
fi
cd "$root"
pivot_root . .
umount -l .
cd /
while [ "$hidden" -gt 0 ]; do
  rm -rf -- "$1"
  shift
  hidden=$((hidden - 1))
done
"$@"
`;
