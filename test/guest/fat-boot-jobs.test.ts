import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Disk } from '../support/disk/make.ts';
import { readDoctor } from '../support/faults/examine.ts';
import type { Facts } from '../support/guest/facts.ts';
import { whatBootsFromFat, withFatMachine } from '../support/guest/fat-machine.ts';
import { boot } from '../support/guest/qemu.ts';
import { needTool } from '../support/need-tool.ts';
import type { MenuData } from '../support/program.ts';

const test = suite('jobs on a machine whose /boot is on FAT');

test.before(() =>
  needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'mkfs.vfat', 'patchelf'),
);

/** KiB that stay free on /boot. be-hook keeps 4 MiB free. */
const tooFew = [0, 8, 2000];
const enough = 8000;

/** Kills `activate` after each of these parts of a second, up to the duration of the whole command. */
const kills = ['0.2', '0.35', '0.5', '0.6', '0.7', '0.8', '0.9', '1.0', '1.1', '1.3'];

const scriptFor = (release: string): string => `
rm /etc/be-hook/post-upgrade.d/db
said setup be-hook setup --yes
other() { cd /boot && find . -path ./be-hook -prune -o -type f ! -name 'be-hook*.cfg' -print0 | sort -z | xargs -0 sha256sum; cd - >/dev/null; }
other | fact before
said upgrade be-hook upgrade --name up --no-activate
other | fact after
be-hook menu --json | fact menu
cp -r efivars /sys/firmware/efi
be-hook doctor --json | fact healthy
mv /efi/EFI/BOOT/BOOTX64.EFI /efi/EFI/BOOT/gone
be-hook doctor --json | fact firmware
mv /efi/EFI/BOOT/gone /efi/EFI/BOOT/BOOTX64.EFI

# leave FILE KIB: makes a file that leaves so much free.
leave() { head -c $((($(df -k --output=avail /boot | tail -n 1) - $2) * 1024)) /dev/zero >"/boot/$1"; }
leave filler 20000
for kib in ${tooFew.join(' ')} ${enough}; do
  echo "again $kib" >/boot/initramfs-${release}.img
  leave rest $kib
  said full-$kib be-hook create full
  rm /boot/rest
done
rm /boot/filler
said destroy be-hook destroy -F full
be-hook doctor --json | fact emptied

states= killed=
for delay in ${kills.join(' ')}; do
  if [ "$delay" != "\${delay%[05]}" ]; then name=up; else name=one; fi
  timeout -s KILL "$delay" be-hook activate $name >/dev/null 2>&1 || killed="$killed $?"
  state=0
  be-hook doctor >/run/doctor 2>&1 || state=$?
  states="$states $state"
done
echo $states | fact states
echo $killed | fact killed-with
said sync be-hook sync
said activate be-hook activate up
be-hook menu --json | fact last
said idle be-hook sync --dry-run
be-hook doctor --json | fact killed
`;

function expectHealthy(facts: Facts, name: string): void {
  assert.equal(readDoctor({ status: 0, stdout: facts(name), stderr: '' }).findings, [], name);
}

const entriesOf = (facts: Facts, name: string): readonly string[] =>
  (JSON.parse(facts(name)) as MenuData).entries.map(({ be, release }) => `${be} ${release}`);

function expectJobs(facts: Facts, low: string): void {
  for (const name of ['setup', 'upgrade', 'destroy', 'sync', 'activate'])
    assert.match(facts(name), /status 0$/, `${name}: ${facts(name)}`);
  assert.is(facts('after'), facts('before'), 'the upgrade changes no file of /boot that the running system uses');
  const upgraded = entriesOf(facts, 'menu').filter((entry) => entry.startsWith('up '));
  assert.is(upgraded.length, 2, facts('menu'));
  assert.is.not(upgraded[0], `up ${low}`, 'the new kernel is the first one');

  for (const kib of tooFew)
    assert.match(facts(`full-${kib}`), /\d+ [KM]iB are needed, and \d+ [KM]iB are free[^]*status 73$/);
  assert.match(facts(`full-${enough}`), /status 0$/);

  // timeout(1) returns 137 where it killed the command.
  const killed = facts('killed-with').split(' ');
  assert.ok(killed.length >= 3 && killed.every((status) => status === '137'), facts('killed-with'));
  // A menu that is not complete yet degrades the machine. 82 would mean that something does not boot.
  for (const state of facts('states').split(' ')) assert.ok(['0', '81'].includes(state), facts('states'));
  assert.is(facts('idle'), 'status 0', 'nothing is left to do');
  for (const name of ['healthy', 'emptied', 'killed']) expectHealthy(facts, name);
  assert.equal(
    readDoctor({ status: 81, stdout: facts('firmware'), stderr: '' }).findings.map(({ check }) => check),
    ['firmware-entry'],
    facts('firmware'),
  );
}

/** Boots the default from the firmware to systemd, and compares it with the menu and with GRUB's choice in the emulator. */
async function expectBoot(disk: Disk, { entries }: MenuData): Promise<void> {
  const first = entries.find((entry) => entry.default);
  assert.ok(first?.be === 'up');
  const chosen = await whatBootsFromFat(disk);
  assert.equal([chosen.linux[0], chosen.initrd], [first.image, first.initrds]);
  assert.match(first.image, /^\/be-hook\//, 'a kept image');
  const { report, serial } = await boot(disk.image, { until: /^BOOTED .*\}\r?$/m });
  assert.equal([report?.subvolume, report?.release], ['/be-hook/up/root', first.release], serial);
}

test('upgrade with dnf5, a full /boot and kills leave every environment bootable', async () => {
  let low = '';
  const script = (release: string): string => {
    low = release;
    return scriptFor(release);
  };
  await withFatMachine(script, async (facts, disk) => {
    expectJobs(facts, low);
    await expectBoot(disk, JSON.parse(facts('last')) as MenuData);
  });
});

test.run();
