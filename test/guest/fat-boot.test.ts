import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { guestFacts } from '../support/guest/facts.ts';
import { whatBoots, withKernel } from '../support/guest/start.ts';
import { tool } from '../support/guest/tool.ts';
import { withUpgradeMachine } from '../support/guest/upgrade-machine.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('a machine whose /boot is on FAT');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'mkfs.vfat'));

/** Moves /boot to a FAT, with a grub.cfg that has the lines of 41_custom, and gives the system be-hook's commands. */
const script = `
modprobe loop; modprobe vfat
device=$(losetup --find --show fat.img)
mkdir -p /run/fat
mount -t vfat -o umask=0077 "$device" /run/fat
cp -rL /boot/. /run/fat
rm -rf /run/fat/grub /run/fat/grub2
mkdir -p /run/fat/grub2 /run/fat/loader/entries
cp grub.cfg /run/fat/grub2
umount /run/fat
echo 'UUID=ABCD-1234 /boot vfat umask=0077 0 0' >>/etc/fstab
mount -t vfat -o umask=0077 "$device" /boot
steps() { be-hook menu | fact "menu-$1"; (cd /boot && find grub2 be-hook -type f | sort) 2>&1 | fact "files-$1"; }
said setup be-hook setup --yes
steps setup
said create be-hook create first
said second be-hook create second
steps create
said activate be-hook activate second
steps activate
cat "/boot/grub2/$(sed -n 's/^source.*\\/\\(.*\\)"$/\\1/p' /boot/grub2/be-hook.cfg)" | fact shown
said back be-hook activate one
said run be-hook run --name third -- touch /boot/made
steps run
said destroy be-hook destroy -F second
said again be-hook sync
be-hook sync --dry-run | fact idle
said uninstall be-hook uninstall
steps uninstall
`;

test('runs be-hook from the set-up to the removal', async () => {
  const files = await mkdtemp(join(tmpdir(), 'be-hook-fat-boot-'));
  try {
    await tool('truncate', ['-s', '256M', join(files, 'fat.img')]);
    await tool('mkfs.vfat', ['-F', '32', '-i', 'ABCD1234', join(files, 'fat.img')]);
    const custom = 'if [ -f  ${config_directory}/custom.cfg ]; then\n  source ${config_directory}/custom.cfg\nfi\n';
    await tool('sh', ['-c', 'cat >"$1"', 'sh', join(files, 'grub.cfg')], { input: `blscfg\n${custom}` });
    await withUpgradeMachine('dnf5', async ({ disk }) => {
      const start = await whatBoots(disk);
      const { facts } = await withKernel(disk, start, {}, (kernel) => guestFacts(disk, { script, files }, kernel));
      for (const name of ['setup', 'create', 'second', 'activate', 'back', 'run', 'destroy', 'again', 'uninstall'])
        assert.match(facts(name), /status 0$/, `${name}: ${facts(name)}`);
      assert.match(facts('files-setup'), 'grub2/custom.cfg');
      assert.is(
        facts('files-create')
          .split('\n')
          .filter((path) => path.startsWith('be-hook/')).length,
        2,
      );
      assert.match(facts('shown'), 'set default=be-hook:second');
      assert.match(facts('menu-run'), 'third');
      assert.is(
        facts('files-uninstall')
          .split('\n')
          .filter((path) => path.startsWith('grub2/'))
          .join(),
        'grub2/grub.cfg',
      );
    });
  } finally {
    await rm(files, { recursive: true, force: true });
  }
});

test.run();
