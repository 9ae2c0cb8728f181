import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { retargetGrubCfg, retargetGrubDefaults } from '../../../lib/bootloaders/grub/retarget.ts';
import { editFstab } from '../../../lib/formats/fstab.ts';
import { type Retarget, retargetBlsEntry, retargetCommandLine } from '../../../lib/formats/retarget.ts';

const uuid = '11111111-2222-4333-8444-555555555555';
const to = { filesystemUuid: uuid, subvolume: { id: 300, path: 'be-hook/new/root' } };
const fromRoot: Retarget = { from: 'root', fromUuid: uuid, to };
const fromTop: Retarget = { from: '', fromUuid: uuid, to };

const test = suite('retargeted files');

test('a command line names the copy exactly once, whatever it named before', () => {
  const expected = `root=UUID=${uuid} ro rootflags=subvol=be-hook/new/root quiet\n`;
  for (const line of [
    `root=UUID=${uuid} ro rootflags=subvol=root quiet\n`,
    'root=/dev/sda3 rootflags=subvolid=256 rootflags=subvol=/root ro quiet',
    'BOOT_IMAGE=/x initrd=/y root=LABEL=fedora quiet',
  ]) {
    assert.is(retargetCommandLine(line, fromRoot), expected, line);
  }
  const kept = retargetCommandLine('root=UUID=1 rw rootflags=compress=zstd:1,subvol=root,noatime', fromRoot);
  assert.is(kept, `root=UUID=${uuid} rw rootflags=compress=zstd:1,noatime,subvol=be-hook/new/root\n`);
});

test('a command line keeps its comments, and they add no arguments', () => {
  const text = '# init=/bin/sh root=UUID=2\nroot=UUID=1 ro quiet\n';
  const own = `root=UUID=${uuid} ro rootflags=subvol=be-hook/new/root quiet\n`;
  assert.is(retargetCommandLine(text, fromRoot), `# init=/bin/sh root=UUID=2\n${own}`);
  assert.is(retargetCommandLine('# root=UUID=2\nquiet\n', fromRoot), '# root=UUID=2\nquiet\n');
});

test('a command line without a root does not change', () => {
  for (const line of ['', '\n', 'quiet splash', 'rhgb  quiet\n']) assert.is(retargetCommandLine(line, fromRoot), line);
});

test('a BLS entry changes only its options and the paths below the old root', () => {
  const entry = [
    'title Fedora Linux (6.11) root=me',
    'version 6.11',
    'linux /root/boot/vmlinuz-6.11',
    'initrd\t/root/boot/initramfs-6.11.img $tuned_initrd',
    'options root=UUID=1 ro rootflags=subvol=root rhgb $tuned_params',
    'grub_users $grub_users',
    '',
  ];
  assert.is(
    retargetBlsEntry(entry.join('\n'), fromRoot),
    [
      'title Fedora Linux (6.11) root=me',
      'version 6.11',
      'linux /be-hook/new/root/boot/vmlinuz-6.11',
      'initrd\t/be-hook/new/root/boot/initramfs-6.11.img $tuned_initrd',
      `options root=UUID=${uuid} ro rootflags=subvol=be-hook/new/root rhgb $tuned_params`,
      'grub_users $grub_users',
      '',
    ].join('\n'),
  );
});

test('a BLS entry keeps variables in options, and paths relative to the root', () => {
  const entry = 'linux /vmlinuz-6.11\ninitrd /initramfs-6.11.img\noptions $kernelopts\n';
  assert.is(retargetBlsEntry(entry, fromRoot), entry);
});

test('GRUB defaults change only the flags that choose the subvolume', () => {
  const text = [
    '# rootflags are below',
    'GRUB_CMDLINE_LINUX="rootflags=subvol=root,compress=zstd rhgb quiet"',
    "GRUB_CMDLINE_LINUX_DEFAULT='rootflags=subvolid=256'",
    'GRUB_TIMEOUT=5 # subvol=root',
    'GRUB_CMDLINE_XEN=no-rootflags',
  ].join('\n');
  assert.is(
    retargetGrubDefaults(text, fromRoot),
    [
      '# rootflags are below',
      'GRUB_CMDLINE_LINUX="rootflags=compress=zstd,subvol=be-hook/new/root rhgb quiet"',
      "GRUB_CMDLINE_LINUX_DEFAULT='rootflags=subvol=be-hook/new/root'",
      'GRUB_TIMEOUT=5 # subvol=root',
      'GRUB_CMDLINE_XEN=no-rootflags',
    ].join('\n'),
  );
});

test("the distribution's grub.cfg changes only the paths and flags of its entries", () => {
  const cfg = (path: string, flags: string): string =>
    [
      `if [ -f /root/boot/x ]; then true; fi`,
      "menuentry 'root /root/boot/vmlinuz-6.11' {",
      `\tlinux\t${path}/boot/vmlinuz-6.11 root=UUID=1 ro rootflags=${flags} quiet`,
      `\tinitrd\t${path}/boot/initramfs-6.11.img ${path}/boot/more.img`,
      '}',
      '',
    ].join('\n');
  assert.is(
    retargetGrubCfg(cfg('/root', 'subvol=root'), fromRoot),
    cfg('/be-hook/new/root', 'subvol=be-hook/new/root'),
  );
  assert.is(retargetGrubCfg(cfg('', 'noatime'), fromTop), cfg('/be-hook/new/root', 'noatime,subvol=be-hook/new/root'));
  const other = cfg('/rootless', 'subvol=root').replace('rootflags=subvol=root ', '');
  assert.is(retargetGrubCfg(other, fromRoot), other);
});

test('kernelopts in grub.cfg names the copy, even if it had no rootflags', () => {
  const line = (rest: string): string => `  set kernelopts="root=UUID=${uuid} ro ${rest}"`;
  assert.is(
    retargetGrubCfg(line('rootflags=subvol=root quiet'), fromRoot),
    line('rootflags=subvol=be-hook/new/root quiet'),
  );
  assert.is(
    retargetGrubCfg(line('quiet'), fromRoot),
    `  set kernelopts="root=UUID=${uuid} rootflags=subvol=be-hook/new/root ro quiet"`,
  );
});

test('paths in the subvolume of /boot lead to its copy', () => {
  const boot = { from: 'boot', to: 'be-hook/new/volumes/boot' };
  const flags = (root: string): string => `options root=UUID=${uuid} ro rootflags=subvol=${root}\n`;
  assert.is(
    retargetBlsEntry(`linux /boot/vmlinuz-6.11\ninitrd /boot/a.img /bootless/b.img $tuned_initrd\n${flags('root')}`, {
      ...fromRoot,
      boot,
    }),
    `linux /be-hook/new/volumes/boot/vmlinuz-6.11\ninitrd /be-hook/new/volumes/boot/a.img /bootless/b.img $tuned_initrd\n${flags('be-hook/new/root')}`,
  );
});

test('paths relative to the default subvolume become absolute', () => {
  const relative: Retarget = { ...fromRoot, relative: true };
  const text = `set btrfs_relative_path="y"\nlinux /boot/vmlinuz-6.11 root=UUID=${uuid} \${extra_cmdline}\n`;
  const image = '/be-hook/new/root/boot/vmlinuz-6.11';
  assert.is(
    retargetGrubCfg(text, relative),
    `set btrfs_relative_path="n"\nlinux ${image} root=UUID=${uuid} rootflags=subvol=be-hook/new/root \${extra_cmdline}\n`,
  );
  assert.is(retargetBlsEntry('linux /boot/vmlinuz-6.11\n', relative), `linux ${image}\n`);
});

test.run();

const fstab = suite('editFstab');

fstab('keeps comments, spacing, escapes, option order and a missing last line break', () => {
  const text = [
    '# / was on sda3',
    '',
    'UUID=1\t/   btrfs  defaults,subvol=root,compress=zstd\t0  0  # the root',
    '  /dev/sda1 /boot/ef\\040i vfat umask=0077 0 2',
    'tmpfs /tmp tmpfs',
    'UUID=1 /home btrfs subvolid=257',
  ].join('\n');
  const edited = editFstab(text, 'etc/fstab', ({ mountpoint, options }) =>
    mountpoint === '/boot/ef i' ? undefined : { options: mountpoint === '/tmp' ? ['size=1g'] : [...options, 'x'] },
  );
  assert.is(
    edited,
    [
      '# / was on sda3',
      '',
      'UUID=1\t/   btrfs  defaults,subvol=root,compress=zstd,x\t0  0  # the root',
      '  /dev/sda1 /boot/ef\\040i vfat umask=0077 0 2',
      'tmpfs /tmp tmpfs size=1g',
      'UUID=1 /home btrfs subvolid=257,x',
    ].join('\n'),
  );
  assert.is(
    editFstab(text, 'etc/fstab', () => undefined),
    text,
  );
});

fstab.run();
