import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dracutConf } from './dracut-conf.ts';

const agent = `#!/bin/sh
port=/dev/ttyS1
stty -F $port raw -echo
encode() { base64 --wrap=0; }
field() { printf '"%s":"%s"' "$1" "$(encode)"; }
report=$(
  printf 'BOOTED {'
  field cmdline </proc/cmdline; printf ,
  field release </proc/sys/kernel/osrelease; printf ,
  awk '$5 == "/" { print $4 }' /proc/self/mountinfo | field subvolume; printf ,
  field id </etc/be-id; printf ,
  cat /run/be-hook-test-initramfs-id 2>/dev/null | field initramfs
  printf '}'
)
echo "$report" >$port
echo "BOOTED $(cat /etc/be-id) $(uname -r)" >/dev/ttyS0
# Asked of the kernel: udev, which makes names of serial numbers, may not have got there yet.
device=
for disk in /sys/block/vd*; do
  [ "$(cat "$disk/serial" 2>/dev/null)" = be-hook-job ] && device=/dev/\${disk##*/}
done
# The second disk in User Mode Linux.
[ -b /dev/ubdb ] && device=/dev/ubdb
if [ -n "$device" ]; then
  mkdir -p /run/be-hook-test
  cd /run/be-hook-test
  tar -xf $device
  read -r nonce <nonce
  echo "START $nonce" >$port
  sh ./job.sh </dev/null >$port 2>&1
  printf '\\nEXIT %s %s\\n' "$nonce" $? >$port
fi
sync
if [ -e orderly ]; then exec systemctl poweroff --no-block; fi
exec systemctl poweroff --force --force
`;

const unit = `[Unit]
Description=be-hook test agent
After=multi-user.target

[Service]
Type=exec
ExecStart=/usr/local/lib/be-hook-test/agent

[Install]
WantedBy=multi-user.target
`;

/** udev examines only disks and partitions, which units of systemd wait for. All devices take five seconds in User Mode Linux. */
const onlyDisks = `[Service]
ExecStart=
ExecStart=udevadm trigger --type=devices --action=add --subsystem-match=block
`;

/** Units that take a second or more under emulation, and that neither booting nor packages nor btrfs need. */
const masked: readonly string[] = [
  'apt-daily-upgrade.timer',
  'apt-daily.timer',
  'dbus.service',
  'dbus.socket',
  'dev-hugepages.mount',
  'dev-mqueue.mount',
  'dnf5-makecache.timer',
  'dpkg-db-backup.timer',
  'dracut-shutdown.service',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'getty@.service',
  'grub2-common.service',
  'kmod-static-nodes.service',
  'ldconfig.service',
  'man-db.timer',
  'modprobe@.service',
  'proc-sys-fs-binfmt_misc.automount',
  'serial-getty@.service',
  'sys-fs-fuse-connections.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'systemd-ask-password-console.path',
  'systemd-ask-password-wall.path',
  'systemd-ask-password.socket',
  'systemd-binfmt.service',
  'systemd-creds.socket',
  'systemd-factory-reset.socket',
  'systemd-hostnamed.socket',
  'systemd-hwdb-update.service',
  'systemd-journal-catalog-update.service',
  'systemd-journalctl.socket',
  'systemd-logind-varlink.socket',
  'systemd-logind.service',
  'systemd-modules-load.service',
  'systemd-mute-console.socket',
  'systemd-networkd-wait-online.service',
  'systemd-pcrphase.service',
  'systemd-random-seed.service',
  'systemd-sysctl.service',
  'systemd-sysext.socket',
  'systemd-sysinstall.socket',
  'systemd-sysusers.service',
  'systemd-timesyncd.service',
  'systemd-tmpfiles-clean.timer',
  'systemd-tmpfiles-setup-dev-early.service',
  'systemd-tmpfiles-setup-dev.service',
  'systemd-udev-load-credentials.service',
  'systemd-update-done.service',
  'systemd-update-utmp.service',
  'systemd-user-sessions.service',
];

/** Targets of systemd.generator(7). Without them no generator checks whether it has to act at this boot. */
const maskedGenerators: readonly string[] = [
  'debug',
  'factory-reset',
  'getty',
  'hibernate-resume',
  'run',
  'ssh',
  'system-update',
];

/** Modules that udev would load for this processor and firmware. Loading each takes seconds, too. */
const unusedModules: readonly string[] = [
  'aesni_intel',
  'crc32_pclmul',
  'crct10dif_pclmul',
  'efi_pstore',
  'ghash_clmulni_intel',
  'kvm_amd',
  'qemu_fw_cfg',
];

const files: Readonly<Record<string, string>> = {
  'etc/dracut.conf.d/be-hook-test.conf': dracutConf,
  'etc/modprobe.d/be-hook-test.conf': unusedModules.map((name) => `blacklist ${name}\n`).join(''),
  'etc/hostname': 'guest\n',
  'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  'etc/systemd/system/be-hook-test-agent.service': unit,
  'etc/systemd/system/systemd-udev-trigger.service.d/be-hook-test.conf': onlyDisks,
  'usr/local/lib/be-hook-test/agent': agent,
};

const links: Readonly<Record<string, string>> = {
  'etc/systemd/system/default.target': '/usr/lib/systemd/system/multi-user.target',
  'etc/systemd/system/multi-user.target.wants/be-hook-test-agent.service': '../be-hook-test-agent.service',
  ...Object.fromEntries(masked.map((name) => [`etc/systemd/system/${name}`, '/dev/null'])),
  ...Object.fromEntries(
    maskedGenerators.map((name) => [`etc/systemd/system-generators/systemd-${name}-generator`, '/dev/null']),
  ),
};

/** All files that {@link installAgent} puts into a root tree, as part of a cache key. */
export const agentRecipe = { files, links };

/**
 * Makes a Debian root tree into a guest. It boots to multi-user without slow units that tests do not need, reports over
 * the second serial port, runs the job that it finds on a disk with the serial number be-hook-job, and powers off.
 */
export async function installAgent(root: string): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await chmod(join(root, 'usr/local/lib/be-hook-test/agent'), 0o755);
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await rm(join(root, path), { force: true });
    await symlink(target, join(root, path));
  }
}
