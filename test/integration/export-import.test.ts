import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheck } from '../support/cross-check.ts';
import { tool } from '../support/guest/tool.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHookOk, listOf, menuOf } from '../support/program.ts';
import { contentsOf, exportOk, exportTo, importFrom, subvolumesOf, withStreamScene } from '../support/stream-scene.ts';

const test = suite('export and import');

/** Files that must differ because they name the file system, and the directories of the files that be-hook rewrites. */
const retargeted =
  /^(etc\/fstab|etc\/kernel\/cmdline|etc\/default\/grub|boot\/grub\/(grub|be-hook)\.cfg|etc\/grub\.d(\/.*)?) /;

test('preserve a system on another file system, which boots without a missing volume', async () => {
  await withStreamScene(async ({ from, to, file }) => {
    const before = await subvolumesOf(from);
    const sent = await exportTo(file, from, 'fedora');
    assert.equal([sent.status, sent.stdout], [0, '']);
    assert.is(
      sent.stderr,
      '“fedora” is exported, with /var/lib/db, /opt, /opt/inner.\n' +
        'Not in the stream, because it is not copied with the environment: /home, /.snapshots.\n',
    );
    assert.equal(await subvolumesOf(from), before, 'nothing is left where it was made');

    const came = await importFrom(file, to, 'guest');

    assert.equal([came.status, came.stdout], [0, '']);
    assert.is(
      came.stderr,
      '“guest” is a copy of the exported “fedora”, with /var/lib/db, /opt, /opt/inner.\n' +
        'Its fstab names other disks; check that this machine has them: /boot/efi (UUID=AAAA-BBBB).\n' +
        'be-hook: warning: “guest” mounts /home from the subvolume “home”, which does not exist here; ' +
        'create the subvolume, or remove the line from its fstab; it boots without the volume\n',
    );
    const made = ['root', 'root/opt', 'root/opt/inner', 'volumes/var-lib-db'].map((path) => `be-hook/guest/${path}`);
    assert.equal(await subvolumesOf(to), ['@other', ...made]);
    const [old, now] = [join(from.top, 'root'), join(to.top, 'be-hook/guest/root')];
    const plain = async (root: string): Promise<readonly string[]> =>
      (await contentsOf(root)).filter((line) => !retargeted.test(line));
    assert.equal(await plain(now), await plain(old));
    const volume = join(to.top, 'be-hook/guest/volumes/var-lib-db');
    assert.equal(await contentsOf(volume), await contentsOf(join(from.top, 'db')));
    const shown = await tool('btrfs', ['subvolume', 'show', now]);
    assert.match(shown, /Received UUID:\s+-\n/, 'no program takes it for what was sent');
    await writeFile(join(now, 'opt/inner/new'), 'it can be written to');
    const [guest] = (await listOf(to.top)).filter(({ name }) => name === 'guest');
    assert.equal(guest?.problems, []);
    assert.match((await menuOf(to.top)).entries[1]?.title ?? '', 'guest: with all kinds of things (Test Linux root)');
    const text = (path: string): Promise<string> => readFile(join(now, path), 'utf8');
    assert.is(
      await text('etc/fstab'),
      [
        `UUID=${to.uuid} / btrfs subvol=be-hook/guest/root,noatime 0 0`,
        `UUID=${to.uuid} /home btrfs subvol=/home,nofail 0 0`,
        `UUID=${to.uuid} /var/lib/db btrfs subvol=be-hook/guest/volumes/var-lib-db 0 0`,
        'UUID=AAAA-BBBB /boot/efi vfat defaults 0 0',
        'tmpfs /tmp tmpfs defaults 0 0',
        '',
      ].join('\n'),
    );
    const place = `root=UUID=${to.uuid} ro rootflags=subvol=be-hook/guest/root`;
    assert.is(await text('etc/kernel/cmdline'), `${place} quiet\n`);
    const own = `root=UUID=${to.uuid} rootflags=subvol=be-hook/guest/root rhgb`;
    assert.is(await text('etc/default/grub'), `GRUB_CMDLINE_LINUX="${own}"\n`);
    const grubCfg = await text('boot/grub/grub.cfg');
    assert.match(grubCfg, `--set=root ${to.uuid}\n`);
    assert.match(grubCfg, `linux\t/be-hook/guest/root/boot/vmlinuz-6.1.0-1 ${place} quiet\n`);
    assert.not.match(grubCfg, from.uuid);
    await crossCheck(to, ['@other/boot/grub', 'be-hook/guest/root/boot/grub']);
  });
});

test('make a copy on the same file system, with the same shared volumes', async () => {
  await withStreamScene(async ({ from, file }) => {
    await beHookOk('snapshot', 'fedora@s', '--filesystem', from.top);
    await writeFile(join(from.top, 'root/etc/later'), '');
    await exportOk(file, from, 'fedora@s');
    const came = await importFrom(file, from, 'again');
    assert.is(
      came.stderr,
      '“again” is a copy of the exported “fedora@s”, with /var/lib/db, /opt, /opt/inner.\nIt uses volumes of this machine: /home.\n',
    );
    const fstab = await readFile(join(from.top, 'be-hook/again/root/etc/fstab'), 'utf8');
    assert.match(fstab, `UUID=${from.uuid} /home btrfs subvol=/home 0 0\n`);
    assert.not.match(await tool('ls', [join(from.top, 'be-hook/again/root/etc')]), 'later');
  });
});

test('make the first and default environment on an empty file system', async () => {
  await withStreamScene(async ({ from, file }) => {
    await exportOk(file, from);
    await withBtrfs({ sizeMiB: 512 }, async (empty) => {
      const came = await importFrom(file, empty, 'first');
      assert.is(came.status, 0, came.stderr);
      assert.equal(
        (await listOf(empty.top)).map(({ name, flags }) => [name, flags]),
        [['first', 'R']],
      );
      await crossCheck(empty, ['be-hook/first/root/boot/grub']);
    });
  });
});

test.run();
