import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readDoctor } from '../support/faults/examine.ts';
import type { Facts } from '../support/guest/facts.ts';
import { withFatMachine } from '../support/guest/fat-machine.ts';
import { needTool } from '../support/need-tool.ts';
import type { MenuData } from '../support/program.ts';

const test = suite('a machine whose /boot is on FAT');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'mkfs.vfat'));

/** `steps NAME` reports a healthy state: the files on the FAT, the menu, and the findings. */
const scriptFor = (release: string): string => `
files() { (cd /boot && find grub2 be-hook -name '*-efi' -prune -o -type f -print | sort) | fact "files-$1"; }
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
  await withFatMachine(scriptFor, (facts) => {
    for (const name of commands) assert.match(facts(name), /status 0$/, `${name}: ${facts(name)}`);
    for (const state of ['activate', 'destroy']) expectHealthy(facts, state);
    expectFiles(facts);
  });
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
