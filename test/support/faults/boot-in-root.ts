import { attribute, directory, edit, type Fault, link, move, type Planting, remove, script, zero } from './plant.ts';

const [be1, be2] = ['@be1', 'be-hook/be2/root'] as const;
const release = '6.1.0-1';
const image = `${be1}/boot/vmlinuz-${release}`;
const initramfs = `${be1}/boot/initramfs-${release}.img`;

/** A fault of be2, which the machine does not boot by default. */
const ofCopy = (title: string, check: string, plant: Planting): Fault => ({ title, check, of: 'be2', plant });
/** A fault of be1, which the machine boots by default. */
const ofActive = (title: string, check: string, plant: Planting): Fault => ({ title, check, of: 'be1', plant });
const ofMachine = (title: string, check: string, plant: Planting): Fault => ({ title, check, of: null, plant });

const fstab = (line: (uuid: string) => string): Planting =>
  edit(`${be2}/etc/fstab`, (text) => `${text}${line(/UUID=(\S+)/.exec(text)?.[1] ?? '')}\n`);

const mark = 'trusted.be-hook.environment';

/** Faults of a machine with /boot in the roots be1 and be2, as `makeTwoSystems` makes it. */
export const bootInRootFaults: readonly Fault[] = [
  ofActive(
    'an empty image',
    'kernel-files',
    edit(image, () => ''),
  ),
  ofActive('an image that is a dangling link', 'kernel-files', link(image, 'nowhere')),
  ofActive('an image that is a directory', 'kernels', directory(image)),
  ofActive(
    'an image with a hole',
    'kernel-files',
    script(`cp -p "$1/${image}" "$1/kept" && truncate -s 9M "$1/${image}"`, `mv "$1/kept" "$1/${image}"`),
  ),
  ofActive('an image with a name that no menu can hold', 'kernel-files', move(image, `vmlinuz-${release} copy`)),
  ofActive('a missing image', 'kernels', remove(image)),
  ofActive('an image of zeros', 'kernel-content', zero(image)),
  ofActive('a missing initramfs', 'kernel-files', remove(initramfs)),
  ofActive(
    'an empty initramfs',
    'kernel-files',
    edit(initramfs, () => ''),
  ),
  ofActive('an initramfs of zeros', 'kernel-content', zero(initramfs)),
  ofActive('missing modules', 'kernel-files', remove(`${be1}/usr/lib/modules/${release}`)),
  ofActive('a missing /boot', 'kernels', remove(`${be1}/boot`)),
  ofCopy('a missing image of a copy', 'kernels', remove(`${be2}/boot/vmlinuz-${release}`)),
  ofCopy('an image of zeros in a copy', 'kernel-content', zero(`${be2}/boot/vmlinuz-${release}`)),
  ofMachine('a file of the menu that is gone', 'menu-current', remove(`${be2}/boot/initramfs-${release}.img`)),
  ofCopy('a file that the menu still names', 'menu-files', remove(`${be2}/boot/initramfs-${release}.img`)),
  ofMachine('a missing menu', 'menu-current', remove(`${be1}/boot/grub/be-hook.cfg`)),
  ofMachine('missing menus', 'menu', script(rename('be-hook.cfg', 'gone'), rename('gone', 'be-hook.cfg'))),
  ofMachine(
    'a menu that was cut short',
    'menu-current',
    edit(`${be1}/boot/grub/be-hook.cfg`, (text) => text.slice(0, 300)),
  ),
  ofMachine(
    'an old menu',
    'menu-current',
    edit(`${be1}/boot/grub/be-hook.cfg`, (text) => text.replaceAll('timeout=5', 'timeout=7')),
  ),
  ofMachine(
    'a grub.cfg that does not load the menu',
    'menu-current',
    edit(`${be1}/boot/grub/grub.cfg`, () => 'set timeout=5\n'),
  ),
  ofMachine(
    'a grub.cfg with half of the lines of be-hook',
    'loads-menu',
    edit(`${be1}/boot/grub/grub.cfg`, (text) => text.replace('# be-hook: end\n', '')),
  ),
  ofMachine('a grub.cfg that is not text', 'loads-menu', directory(`${be1}/boot/grub/grub.cfg`)),
  ofMachine('a missing GRUB directory', 'menu-directory', remove(`${be1}/boot/grub`)),
  ofActive(
    'a broken fstab',
    'readable',
    edit(`${be1}/etc/fstab`, () => 'what is this\nthat\n'),
  ),
  ofActive('an fstab that is a link to nowhere', 'readable', link(`${be1}/etc/fstab`, '/nowhere')),
  ofActive(
    'a separate /boot that does not exist',
    'layout',
    edit(`${be1}/etc/fstab`, (text) => `${text}UUID=no-such /boot ext4 defaults 0 0\n`),
  ),
  ofActive(
    'a /boot in an unknown subvolume',
    'layout',
    edit(`${be1}/etc/fstab`, (text) => `${text}${text.split(' ')[0] ?? ''} /boot btrfs subvol=/nowhere 0 0\n`),
  ),
  ofActive(
    '/ from another file system',
    'fstab',
    edit(`${be1}/etc/fstab`, (text) => text.replace(/^UUID=\S+/, 'UUID=00000000-0000-4000-8000-000000000000')),
  ),
  ofActive(
    '/ as ext4',
    'fstab',
    edit(`${be1}/etc/fstab`, (text) => text.replace(' btrfs ', ' ext4 ')),
  ),
  ofActive(
    '/ from another subvolume',
    'fstab',
    edit(`${be1}/etc/fstab`, (text) => text.replace('subvol=/@be1', 'subvol=/be-hook/be2/root')),
  ),
  ofCopy(
    '/ of a copy from its source',
    'fstab',
    edit(`${be2}/etc/fstab`, (text) => text.replace(`subvol=/${be2}`, 'subvol=/@be1')),
  ),
  ofCopy(
    'a mount of a missing subvolume',
    'fstab',
    fstab((uuid) => `UUID=${uuid} /srv btrfs subvol=/@srv 0 0`),
  ),
  ofCopy(
    'a mount of a missing subvolume by its id',
    'fstab',
    fstab((uuid) => `UUID=${uuid} /srv btrfs subvolid=99999 0 0`),
  ),
  ofCopy(
    'a mount with an option that mount refuses',
    'fstab',
    fstab((uuid) => `UUID=${uuid} /srv btrfs subvol=@home,subvolid=x 0 0`),
  ),
  ofCopy(
    'a mount whose id is that of another subvolume',
    'fstab',
    fstab((uuid) => `UUID=${uuid} /srv btrfs subvol=/@home,subvolid=256 0 0`),
  ),
  ofCopy('no init', 'init', init('true')),
  ofCopy('an init that is a directory', 'init', init('mkdir init')),
  ofCopy('an init without permission to execute', 'init', init('echo text >init')),
  ofCopy('an empty init', 'init', init('touch init && chmod +x init')),
  ofCopy('an init that is a dangling link', 'init', init('ln -s nowhere init')),
  ofCopy('no machine id', 'machine-id', remove(`${be2}/etc/machine-id`)),
  ofCopy(
    'an empty machine id',
    'machine-id',
    edit(`${be2}/etc/machine-id`, () => ''),
  ),
  ofCopy(
    'a machine id that is not one',
    'machine-id',
    edit(`${be2}/etc/machine-id`, () => 'uninitialized\n'),
  ),
  ofCopy(
    'a due relabelling',
    'labels',
    edit(`${be2}/.autorelabel`, () => ''),
  ),
  ofCopy('a read-only root', 'writable', script(readOnly(true), readOnly(false))),
  ofMachine('a root that belongs to a user', 'safe', script(`chown 1000 "$1/${be2}"`, `chown 0 "$1/${be2}"`)),
  ofMachine('a root that all users can write to', 'safe', script(`chmod o+w "$1/${be2}"`, `chmod o-w "$1/${be2}"`)),
  ofCopy(
    'a mark that cannot be read',
    'readable',
    attribute(be2, mark, (value) => value.slice(0, -1)),
  ),
  ofCopy(
    'a mark of a newer be-hook',
    'readable',
    attribute(be2, mark, (value) => value.replace(/\}$/, ',"requires":["more"]}')),
  ),
  ofMachine('a mark of another subvolume', 'marks', script(copyRoot(), `btrfs -q subvolume delete "$1/copied"`)),
  ofActive(
    'an os-release without a name',
    'configuration',
    edit(`${be1}/etc/os-release`, () => 'NAME\n'),
  ),
  ofActive('an os-release that is a directory', 'configuration', directory(`${be1}/etc/os-release`)),
  ofActive(
    'a setting that does not exist',
    'configuration',
    edit(`${be1}/etc/be-hook/be-hook.conf`, () => 'COLOUR=blue\n'),
  ),
  ofActive(
    'a setting with a bad value',
    'configuration',
    edit(`${be1}/etc/be-hook/be-hook.conf`, () => 'TIMEOUT=soon\n'),
  ),
  ofActive(
    'kernel options with a backslash',
    'kernel-options',
    edit(`${be1}/etc/kernel/cmdline`, () => 'quiet a=b\\c\n'),
  ),
  ofActive('settings of GRUB that are not text', 'readable', directory(`${be1}/etc/default/grub`)),
  ofMachine(
    'an unfinished copy',
    'unfinished-work',
    script(
      `mkdir "$1/be-hook/x" && setfattr -n trusted.be-hook.incomplete -v 1 "$1/be-hook/x"`,
      `rmdir "$1/be-hook/x"`,
    ),
  ),
  ofMachine(
    'a store that all users can enter',
    'store-access',
    script(`chmod 755 "$1/be-hook"`, `chmod 700 "$1/be-hook"`),
  ),
];

function rename(from: string, to: string): string {
  return `for root in "$1/${be1}" "$1/${be2}"; do mv "$root/boot/grub/${from}" "$root/boot/grub/${to}"; done`;
}

/** Makes /sbin of be2, where init is looked up, with the result of a script in it. */
function init(make: string): Planting {
  return script(`mkdir "$1/${be2}/sbin" && cd "$1/${be2}/sbin" && ${make}`, `rm -r "$1/${be2}/sbin"`);
}

function readOnly(value: boolean): string {
  return `btrfs property set "$1/${be2}" ro ${String(value)}`;
}

function copyRoot(): string {
  return `btrfs -q subvolume snapshot "$1/${be2}" "$1/copied"`;
}
