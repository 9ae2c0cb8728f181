import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Disk, makeDisk } from '../support/disk/make.ts';
import { chooseEntry, editFile } from '../support/disk/menu-edit.ts';
import { withMountedTop } from '../support/disk/mount.ts';
import { factFunctions, parseFacts } from '../support/guest/facts.ts';
import { runInGuest } from '../support/guest/job.ts';
import { buildBasePackage, buildKernelPackage, writeFedoraPlugins } from '../support/guest/kernel-packages.ts';
import { type GuestKernels, kernels } from '../support/guest/kernels.ts';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import { menuOf } from '../support/program.ts';
import { buildBeHook, buildPackage, makeTop } from '../support/rpm/build.ts';

const test = suite('an upgrade on a running machine');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'btrfstune'));

/** What a system is, as seen from inside of it. */
const look = `${factFunctions}
look() {
  uname -r | fact kernel
  ls /usr/share/app | fact app
  cat /var/lib/db/format /var/lib/db/rows | fact database
  for place in / /var/lib/db /home; do findmnt -n -o FSROOT $place; done | fact mounted
  systemctl --failed --plain --no-legend | fact failed
}
`;

/**
 * The contents of every file of the running root and of its database are held against what they were; left out is what
 * the running system itself writes to. A program that holds a file open goes on with it.
 */
const first = `${look}
content() {
  find / /var/lib/db -xdev \\( -path /run -o -path /tmp -o -path /var/log -o -path /var/lib/systemd -o -path /boot/grub \\) -prune \\
    -o -type f -print0 | sort -z | xargs -0 sha256sum
}
mkdir -p /etc/kernel/install.d
install -m 0755 /srv/packages/install.d/* /etc/kernel/install.d
ln -s /dev/null /etc/systemd/system/be-hook.path
rpm -i --justdb /srv/packages/base.rpm
rpm -i --justdb --noscripts --notriggers /srv/packages/recorded.rpm
rpm -i /srv/packages/app.rpm
rpm -i /srv/packages/be-hook.rpm
be-hook volume set /var/lib/db cloned
look
tail -f /usr/share/app/version >/run/followed & follower=$!
exec 9</usr/share/app/version
content >/run/before
said upgrade be-hook upgrade --name next
content >/run/after
cmp /run/before /run/after | fact changed
cat <&9 | fact open
kill -0 $follower && echo alive | fact follower
be-hook diagnose next --json | fact diagnosis
`;

const later = `${look}
look
`;

const convert =
  '[ "$(cat /var/lib/db/format)" = 1 ] && echo 2 >/var/lib/db/format && echo converted >>/var/lib/db/rows';

/** One environment, a database on a volume of its own, a shared /home; version 2 of everything in a repository. */
async function makeMachine(work: string, [oldest, , newest]: GuestKernels): Promise<Disk> {
  const disk = await makeDisk({ grub: '2.14', environments: [{ name: 'one', content: 'full', kernels: [oldest] }] });
  const top = join(work, 'top');
  await makeTop(top);
  const { binary } = await buildBeHook(join(work, 'out'));
  const repository = [
    await buildPackage(top, { name: 'app', version: '2', files: ['/usr/share/app/version', '/usr/share/app/two'] }),
    await buildKernelPackage(top, { kernel: newest, initramfs: newest.initramfs, style: 'fedora' }),
  ];
  const app = await buildPackage(top, { name: 'app', version: '1', files: ['/usr/share/app/version'] });
  const base = await buildBasePackage(top);
  const made = { kernel: oldest, initramfs: oldest.initramfs, style: 'fedora', recorded: true } as const;
  const recorded = await buildKernelPackage(top, made);
  await withMountedTop(disk.image, async (mounted) => {
    const root = await furnish(mounted, disk.uuid);
    for (const [from, name] of [
      [binary, 'be-hook.rpm'],
      [app, 'app.rpm'],
      [base, 'base.rpm'],
      [recorded, 'recorded.rpm'],
    ] as const) {
      await copyFile(from, join(root, 'srv/packages', name));
    }
    for (const [index, path] of repository.entries()) await copyFile(path, join(root, `srv/repo/${index}.rpm`));
    await tool('createrepo_c', ['-q', join(root, 'srv/repo')]);
  });
  return disk;
}

/** Gives the environment its volumes, its repository and what converts the database; answers its root. */
async function furnish(mounted: string, uuid: string): Promise<string> {
  const root = join(mounted, '@one');
  for (const path of ['@home', '@db']) await tool('btrfs', ['subvolume', 'create', join(mounted, path)]);
  await writeFile(join(mounted, '@db/format'), '1\n');
  await writeFile(join(mounted, '@db/rows'), 'a row\n');
  for (const path of ['var/lib/db', 'srv/packages', 'srv/repo', 'etc/yum.repos.d', 'etc/be-hook/post-upgrade.d']) {
    await mkdir(join(root, path), { recursive: true });
  }
  const line = (place: string, path: string) => `UUID=${uuid} ${place} btrfs subvol=/${path} 0 0\n`;
  await editFile(join(root, 'etc/fstab'), (text) => text + line('/home', '@home') + line('/var/lib/db', '@db'));
  await writeFile(
    join(root, 'etc/yum.repos.d/local.repo'),
    '[local]\nname=local\nbaseurl=file:///srv/repo\ngpgcheck=0\n',
  );
  await writeFile(join(root, 'etc/be-hook/post-upgrade.d/db'), `#!/bin/sh\n${convert}\n`, { mode: 0o755 });
  await writeFedoraPlugins(join(root, 'srv/packages/install.d'));
  return root;
}

async function run(disk: Disk, script: string): Promise<(name: string) => string> {
  const { output, exitCode } = await runInGuest(
    disk.image,
    { script },
    { firmware: 'uefi', snapshot: false, timeoutSeconds: 900 },
  );
  assert.is(exitCode, 0, output);
  const fact = parseFacts(output);
  assert.is(fact('failed'), '', 'no unit failed');
  return fact;
}

const facts = (fact: (name: string) => string): readonly string[] => ['kernel', 'app', 'database', 'mounted'].map(fact);

async function expectMenu({ image }: Disk, expected: readonly string[]): Promise<void> {
  const { entries } = await withMountedTop(image, menuOf);
  assert.equal(
    entries.map(({ be, release }) => `${be} ${release}`),
    expected,
  );
}

test('a copy is upgraded and boots; what it was copied from is untouched, and is one menu entry away', async () => {
  const work = await mkdtemp(join(tmpdir(), 'be-hook-guest-upgrade-'));
  const all = await kernels();
  const [oldest, , newest] = all;
  const disk = await makeMachine(work, all);
  try {
    const made = await run(disk, first);
    const old = [oldest.release, 'version', '1\na row', '/@one\n/@db\n/@home'];
    assert.equal(facts(made), old);
    assert.match(made('upgrade'), /^“next” is a copy of “one”, complete\. It boots by default from now on/m);
    assert.match(made('upgrade'), /^~ app\.noarch 1-1 -> 2-1$/m);
    assert.match(made('upgrade'), /status 0$/, made('diagnosis'));
    assert.is(made('changed'), '', 'no file of the running system has changed');
    assert.equal([made('open'), made('follower')], ['app', 'alive']);
    await expectMenu(disk, [`next ${newest.release}`, `next ${oldest.release}`, `one ${oldest.release}`]);

    const next = 'be-hook/next';
    const upgraded = await run(disk, later);
    assert.equal(facts(upgraded), [
      newest.release,
      'two\nversion',
      '2\na row\nconverted',
      `/${next}/root\n/${next}/volumes/var-lib-db\n/@home`,
    ]);

    await withMountedTop(disk.image, async (top) => {
      const { entries } = await menuOf(top);
      await chooseEntry(join(top, '@one/boot/grub/be-hook.cfg'), entries.find(({ be }) => be === 'one')?.id ?? '');
      assert.is(await readFile(join(top, `${next}@upgraded/volumes/var-lib-db/format`), 'utf8'), '1\n');
    });
    assert.equal(facts(await run(disk, later)), old, 'the old system is what it was');
  } finally {
    await disk.remove();
    await rm(work, { recursive: true, force: true });
  }
});

test.run();
