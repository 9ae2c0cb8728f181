import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Disk } from '../support/disk/make.ts';
import { readDoctor } from '../support/faults/examine.ts';
import { bootsBySystemdBoot, token, withBlsMachine } from '../support/guest/bls-machine.ts';
import type { Facts } from '../support/guest/facts.ts';
import { needTool } from '../support/need-tool.ts';
import type { MenuData, MenuEntry } from '../support/program.ts';

const test = suite('a machine with systemd-boot');

test.before(() =>
  needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'mkfs.vfat', 'mtype'),
);

/**
 * `steps NAME` reports a state: all files on the FAT, the menu, and the findings. A kernel is installed by the kernel-install
 * and the plugins of systemd, in the copy and then in the running system, where another one is removed.
 */
const scriptFor = (release: string): string => `
files() { (cd /boot && find . -type f -print | sort) | fact "files-$1"; }
steps() {
  files "$1"
  be-hook menu --json | fact "menu-$1"
  be-hook doctor --json | fact "doctor-$1"
}
others() {
  (cd /boot && find . -path ./be-hook -prune -o -type f ! -name 'be-hook*' ! -name loader.conf -print0 | sort -z | xargs -0 sha256sum)
}
rm /etc/be-hook/post-upgrade.d/db
others | fact before
said setup be-hook setup --yes
steps setup
said create be-hook create Second
said activate be-hook activate Second
steps activate
said upgrade be-hook upgrade --name up --no-activate
others | fact after
steps upgrade
said install dnf5 -y upgrade
steps install
said erase kernel-install remove ${release}
rm -r /lib/modules/${release}
said erased be-hook sync
steps erase
said once be-hook activate --once up
printf 'timeout 0\ndefault ${token}-*\n' >/boot/loader/loader.conf
be-hook doctor --json | fact foreign
said up be-hook activate --stale up
steps last
said idle be-hook sync --dry-run
said uninstall be-hook uninstall
files uninstall
cat /boot/loader/loader.conf /boot/loader/entries/*.conf | fact entries
said again be-hook setup --yes
said destroy be-hook destroy -F Second
steps again
`;

const commands = [
  'setup',
  'create',
  'activate',
  'upgrade',
  'install',
  'erase',
  'erased',
  'up',
  'uninstall',
  'again',
  'destroy',
];
const states = ['setup', 'activate', 'upgrade', 'install', 'erase', 'last', 'again'];

const menuOf = (facts: Facts, state: string): MenuData => JSON.parse(facts(`menu-${state}`)) as MenuData;

/** Restore points boot like their source. */
const isChosen = ({ be }: MenuEntry): boolean => !be.includes('-before-');

const offered = (facts: Facts, state: string): readonly string[] =>
  menuOf(facts, state)
    .entries.filter(isChosen)
    .map(({ be, release }) => `${be} ${release.replace(/\..*/, '')}`);

const filesIn = (facts: Facts, state: string, directory: string): readonly string[] =>
  facts(`files-${state}`)
    .split('\n')
    .filter((path) => path.startsWith(`./${directory}/`));

function expectJobs(facts: Facts): void {
  for (const name of commands) assert.match(facts(name), /status 0$/, `${name}: ${facts(name)}`);
  for (const state of states)
    assert.equal(readDoctor({ status: 0, stdout: facts(`doctor-${state}`), stderr: '' }).findings, [], state);
  assert.equal(offered(facts, 'setup'), ['one 6']);
  assert.equal(filesIn(facts, 'setup', 'be-hook'), [], 'a single environment boots the files of the distribution');
  assert.equal(offered(facts, 'activate'), ['Second 6', 'one 6']);
  assert.is(filesIn(facts, 'activate', 'be-hook').length, 2, 'the environments share the copies');
  assert.is(facts('after'), facts('before'), 'the upgrade changes no file of /boot that the running system uses');
  assert.equal(offered(facts, 'upgrade'), ['Second 6', 'one 6', 'up 7', 'up 6']);
  assert.equal(offered(facts, 'install'), ['Second 6', 'one 7', 'one 6', 'up 7', 'up 6']);
  assert.equal(offered(facts, 'erase'), ['Second 6', 'one 7', 'up 7', 'up 6'], 'the others keep their copies');
  assert.match(facts('once'), /from bootctl set-oneshot; [^]*status 78$/);
  assert.match(facts('foreign'), 'menu-current');
  assert.equal(offered(facts, 'last'), ['up 7', 'up 6', 'Second 6', 'one 7']);
  assert.is(facts('idle'), 'status 0', 'nothing is left to do');
  assert.not.match(facts('files-uninstall'), /entries\/be-hook|be-hook-/);
  assert.match(facts('entries'), 'rootflags=subvol=be-hook/up/root');
}

test('runs be-hook from the set-up to the removal, and systemd-boot boots each environment', async () => {
  await withBlsMachine(scriptFor, async (facts, disk) => {
    expectJobs(facts);
    for (const entry of menuOf(facts, 'again').entries.filter(isChosen)) await expectBoot(disk, entry);
  });
});

/** The firmware starts systemd-boot, and that boots an entry: the default, or the one that loader.conf names. */
async function expectBoot(disk: Disk, entry: MenuEntry): Promise<void> {
  const report = await bootsBySystemdBoot(disk, entry.default ? undefined : `${entry.id}__*`);
  const flags = entry.options.split(' ').find((word) => word.startsWith('rootflags=subvol='));
  assert.is(report?.release, entry.release);
  assert.is(report?.subvolume, `/${flags?.slice('rootflags=subvol='.length)}`);
}

test.run();
