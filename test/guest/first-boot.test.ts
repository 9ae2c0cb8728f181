import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Disk, makeDisk } from '../support/disk/make.ts';
import { editFile } from '../support/disk/menu-edit.ts';
import { withMountedTop } from '../support/disk/mount.ts';
import { bootedFacts, nativeFacts } from '../support/guest/facts.ts';
import { buildBasePackage } from '../support/guest/kernel-packages.ts';
import { kernels } from '../support/guest/kernels.ts';
import { runNatively } from '../support/guest/native.ts';
import { bootsAsListed, startUserMode, whatBoots } from '../support/guest/start.ts';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import { menuOf } from '../support/program.ts';
import { buildBeHook, makeTop } from '../support/rpm/build.ts';

const test = suite('volumes that are cloned at the first boot');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'scdoc', 'btrfstune'));

const look = `
cat /var/lib/db/format /var/lib/db/rows | fact database
for place in / /var/lib/db; do findmnt -n -o FSROOT $place; done | fact mounted
`;

/**
 * Writes to the database after its copy was made; this data must not be lost. The later jobs that make a copy do the
 * same.
 */
const install = `
rpm -i --justdb /srv/packages/base.rpm
rpm -i /srv/packages/be-hook.rpm
be-hook setup --yes 2>/dev/null
be-hook volume set /var/lib/db cloned --at boot
said run be-hook run --name next -- touch /etc/changed
be-hook list -a next | fact list
said copied be-hook create -e next other
echo late >>/var/lib/db/rows
${look}`;

/**
 * Runs under systemd, which starts the units of the first boot and gives be-hook.service only the rights of its unit.
 */
const firstBoot = `${look}
journalctl -b -o cat -u be-hook-first-migration | fact journal
rm /boot/grub/be-hook.cfg
systemctl start be-hook.service
ls /boot/grub/be-hook.cfg | fact settled
journalctl -b -o cat -u be-hook.service | { grep '^be-hook: ' || :; } | fact complaints
`;

const makeThird = `
be-hook list --json next | fact list
printf '#!/bin/sh\\necho 3 >/var/lib/db/format\\necho "cannot go on" >&2\\nexit 7\\n' >/etc/be-hook/post-upgrade.d/db
said run be-hook run --name third -- touch /etc/changed-again
echo later >>/var/lib/db/rows
`;

const makeFourth = `${look}
be-hook list third | fact list
said diagnosis be-hook diagnose third
printf '#!/bin/sh\\necho 4 >/var/lib/db/format\\nsync\\n>/run/half\\nsleep 900\\n' >/etc/be-hook/post-upgrade.d/db
said run be-hook run --name fourth -- touch /etc/changed-again
echo latest >>/var/lib/db/rows
`;

const migrate = 'sh /usr/lib/be-hook/first-boot migrate';

/**
 * Every process of a job is killed when the job ends. The hook has synced, so a power cut leaves the same data on the
 * disk.
 */
const powerCut = `${migrate} &
for tenth in $(seq 600); do [ ! -e /run/half ] || exit 0; sleep 0.1; done
exit 1
`;

const last = `${look}
be-hook list fourth | fact list
`;

/** The message on the console when a boot environment returns to `next`. */
const goesBack = (name: string, why: string): string =>
  `be-hook: the first boot of “${name}” failed: ${why}; ` +
  '“next” boots by default again and its data is unchanged; restart the machine: systemctl reboot';

/** One environment with a database on its own volume, and a hook that converts it. In an emergency it powers off. */
async function makeMachine(work: string): Promise<Disk> {
  const [kernel] = await kernels();
  const disk = await makeDisk({ grub: '2.14', environments: [{ name: 'one', content: 'full', kernels: [kernel] }] });
  const top = join(work, 'top');
  await makeTop(top);
  const { binary } = await buildBeHook(join(work, 'out'));
  const base = await buildBasePackage(top);
  await withMountedTop(disk.image, async (mounted) => {
    const root = join(mounted, '@one');
    await tool('btrfs', ['subvolume', 'create', join(mounted, '@db')]);
    await writeFile(join(mounted, '@db/format'), '1\n');
    await writeFile(join(mounted, '@db/rows'), 'a row\n');
    const emergency = 'etc/systemd/system/emergency.service.d';
    for (const path of ['var/lib/db', 'srv/packages', 'etc/be-hook/post-upgrade.d', emergency]) {
      await mkdir(join(root, path), { recursive: true });
    }
    await writeFile(join(root, emergency, 'off.conf'), '[Service]\nExecStart=\nExecStart=/bin/systemctl poweroff -f\n');
    await editFile(
      join(root, 'etc/fstab'),
      (text) => `${text}UUID=${disk.uuid} /var/lib/db btrfs subvol=/@db,noatime 0 0\n`,
    );
    const convert =
      'test "$(cat /var/lib/db/format)" = 1; echo 2 >/var/lib/db/format; echo converted >>/var/lib/db/rows';
    await writeFile(join(root, 'etc/be-hook/post-upgrade.d/db'), `#!/bin/sh -e\n${convert}\n`, { mode: 0o755 });
    await copyFile(binary, join(root, 'srv/packages/be-hook.rpm'));
    await copyFile(base, join(root, 'srv/packages/base.rpm'));
  });
  return disk;
}

test('keep all earlier data; after a failure or power cut the old system boots', async () => {
  const work = await mkdtemp(join(tmpdir(), 'be-hook-guest-first-boot-'));
  const disk = await makeMachine(work);
  try {
    const { facts: made } = await nativeFacts(disk, install);
    assert.match(made('run'), /^Copied at its first boot, .*: \/var\/lib\/db\.$/m);
    assert.match(made('run'), /^Post-upgrade hooks run at its first boot\.\nstatus 0$/m);
    assert.match(made('list'), /^ {2}\/var\/lib\/db .*copied when it first boots/m);
    assert.match(made('copied'), /“next” as a source: it is incomplete until its first boot.*\nstatus 65$/);
    assert.equal([made('database'), made('mounted')], ['1\na row\nlate', '/@one\n/@db']);

    const { facts: next } = await bootedFacts(disk, { script: firstBoot });
    const copied = ['2\na row\nlate\nconverted', '/be-hook/next/root\n/be-hook/next/volumes/var-lib-db'];
    assert.equal([next('database'), next('mounted')], copied);
    assert.match(next('journal'), 'be-hook: running /etc/be-hook/post-upgrade.d/db');
    assert.equal([next('settled'), next('complaints')], ['/boot/grub/be-hook.cfg', ''], 'within its limits');
    const { facts: complete } = await nativeFacts(disk, makeThird);
    assert.match(complete('list'), '"firstBoot": null');
    assert.match(complete('run'), /status 0$/);

    const third = await startUserMode(disk, await whatBoots(disk));
    assert.match(third.serial, goesBack('third', '/etc/be-hook/post-upgrade.d/db failed with status 7'));
    assert.is(third.report, undefined, 'it did not come up');

    const { facts: again } = await nativeFacts(disk, makeFourth);
    assert.equal([again('database'), again('mounted')], [`${copied[0]}\nlater`, copied[1]]);
    assert.match(again('list'), /^third .* failed$/m);
    assert.match(again('diagnosis'), /post-upgrade\.d\/db failed with status 7/);
    assert.match(again('diagnosis'), 'cannot go on');

    const cut = await runNatively(disk, await whatBoots(disk), { script: powerCut });
    assert.is(cut.exitCode, 0, cut.output);
    const fourth = await runNatively(disk, await bootsAsListed(disk), { script: migrate });
    assert.match(fourth.output, goesBack('fourth', 'the post-upgrade hooks were interrupted'));
    assert.is.not(fourth.exitCode, 0, 'its unit fails');
    const { facts: kept } = await nativeFacts(disk, last);
    assert.equal([kept('database'), kept('mounted')], [`${copied[0]}\nlater\nlatest`, copied[1]]);
    assert.match(kept('list'), /^fourth .* failed$/m);

    await withMountedTop(disk.image, async (top) => {
      const read = (path: string): Promise<string> => readFile(join(top, path), 'utf8');
      assert.equal([await read('@db/format'), await read('@db/rows')], ['1\n', 'a row\nlate\n']);
      assert.is(await read('be-hook/next@upgraded/volumes/var-lib-db/format'), '1\n');
      assert.is(await read('be-hook/third@upgraded/volumes/var-lib-db/rows'), 'a row\nlate\nconverted\nlater\n');
      const { entries } = await menuOf(top);
      assert.equal(
        entries.map(({ be }) => be),
        ['next', 'one'],
      );
    });
  } finally {
    await disk.remove();
    await rm(work, { recursive: true, force: true });
  }
});

test.run();
