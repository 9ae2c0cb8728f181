import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readDoctor } from '../support/faults/examine.ts';
import { bootedFacts, type Facts } from '../support/guest/facts.ts';
import { whatBoots } from '../support/guest/start.ts';
import { tool } from '../support/guest/tool.ts';
import { withUpgradeMachine } from '../support/guest/upgrade-machine.ts';
import { needTool } from '../support/need-tool.ts';
import type { MenuData } from '../support/program.ts';

const test = suite('a machine whose /boot is on FAT');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'mkfs.vfat'));

/** A grub.cfg with the lines of 41_custom (util/grub.d/41_custom.in). */
const grubCfg = [
  'blscfg',
  'if [ -f  ${config_directory}/custom.cfg ]; then',
  '  source ${config_directory}/custom.cfg',
  'fi\n',
].join('\n');

/** A grub.cfg on the EFI system partition that leads to the FAT, as Fedora's grub2 package writes it. */
const stub = [
  'search --no-floppy --fs-uuid --set=dev ABCD-1234',
  'set prefix=($dev)/grub2',
  'configfile $prefix/grub.cfg\n',
].join('\n');

/** Moves /boot to the FAT. */
const move = `
gzip -d fat.img.gz
device=$(losetup --find --show fat.img)
mount -t vfat -o umask=0077 "$device" /mnt
cp -rL /boot/. /mnt
rm -rf /mnt/grub /mnt/grub2
mkdir -p /mnt/grub2 /mnt/loader/entries
cp grub.cfg /mnt/grub2
umount /mnt
echo 'UUID=ABCD-1234 /boot vfat umask=0077 0 0' >>/etc/fstab
mount -t vfat -o umask=0077 "$device" /boot
cp stub.cfg /efi/EFI/testlinux/grub.cfg
`;

/** `steps NAME` reports a healthy state: the files on the FAT, the menu, and the findings. */
const scriptFor = (release: string): string => `${move}
files() { (cd /boot && find grub2 be-hook -type f | sort) | fact "files-$1"; }
steps() {
  files "$1"
  be-hook menu --json | fact "menu-$1"
  be-hook doctor --json | fact "doctor-$1"
}
rm /etc/be-hook/post-upgrade.d/db
said setup be-hook setup --yes
files setup
said create be-hook create second
said activate be-hook activate second
steps activate
cat "/boot/grub2/$(sed -n 's/^source.*\\/\\(.*\\)"$/\\1/p' /boot/grub2/be-hook.cfg)" | fact shown
said run be-hook run --name third -- sh -c 'echo third >"/boot/initramfs-${release}.img"'
said destroy be-hook destroy -F second
said idle be-hook sync --dry-run
steps destroy
said uninstall be-hook uninstall
files uninstall
cat "/boot/initramfs-${release}.img" | fact initramfs
`;

const commands = ['setup', 'create', 'activate', 'run', 'destroy', 'idle', 'uninstall'];

function expectHealthy(facts: Facts, state: string): void {
  const stdout = facts(`doctor-${state}`);
  assert.equal(readDoctor({ status: 0, stdout, stderr: '' }).findings, [], state);
}

const menuOf = (facts: Facts, state: string): MenuData => JSON.parse(facts(`menu-${state}`)) as MenuData;

const namesOf = (facts: Facts, state: string): readonly string[] => menuOf(facts, state).entries.map(({ be }) => be);

const filesOf = (facts: Facts, state: string, directory: string): readonly string[] =>
  facts(`files-${state}`)
    .split('\n')
    .filter((path) => path.startsWith(`${directory}/`));

test('runs be-hook from the set-up to the removal', async () => {
  const files = await mkdtemp(join(tmpdir(), 'be-hook-fat-boot-'));
  try {
    const image = join(files, 'fat.img');
    await tool('truncate', ['-s', '256M', image]);
    await tool('mkfs.vfat', ['-F', '32', '-i', 'ABCD1234', image]);
    await tool('gzip', [image]);
    await writeFile(join(files, 'grub.cfg'), grubCfg);
    await writeFile(join(files, 'stub.cfg'), stub);
    await withUpgradeMachine('dnf5', async ({ disk }) => {
      const start = await whatBoots(disk);
      const release = start.image.replace(/^.*vmlinuz-/, '');
      const { facts } = await bootedFacts(disk, { script: scriptFor(release), files }, start);
      for (const name of commands) assert.match(facts(name), /status 0$/, `${name}: ${facts(name)}`);
      for (const state of ['activate', 'destroy']) expectHealthy(facts, state);
      expectFiles(facts);
    });
  } finally {
    await rm(files, { recursive: true, force: true });
  }
});

function expectFiles(facts: Facts): void {
  assert.ok(filesOf(facts, 'setup', 'grub2').includes('grub2/custom.cfg'), facts('files-setup'));
  assert.is(filesOf(facts, 'activate', 'be-hook').length, 2, 'the environments share the copies');
  assert.match(facts('shown'), 'set default=be-hook:second');
  assert.equal(namesOf(facts, 'activate'), ['second', 'one']);
  assert.is(facts('idle'), 'status 0', 'nothing is left to do');
  assert.equal(namesOf(facts, 'destroy'), ['third', 'one']);
  const [third, one] = menuOf(facts, 'destroy').entries;
  assert.is.not(third?.initrds.join(), one?.initrds.join(), 'the copy has the initramfs of its job');
  assert.is(facts('initramfs'), 'third', 'the active environment gets /boot');
  assert.equal(filesOf(facts, 'uninstall', 'grub2'), ['grub2/grub.cfg']);
}

test.run();
