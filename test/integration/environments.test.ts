import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheck } from '../support/cross-check.ts';
import { tool } from '../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';

const test = suite('boot environments');

/** Makes one environment `fedora` in /root with a shared, a cloned and two inner volumes. */
const withDisk = preparedBtrfs(async (fs) => {
  const line = (mountpoint: string, subvolume: string): string =>
    `UUID=${fs.uuid}\t${mountpoint} btrfs  subvol=${subvolume},subvolid=9999,noatime 0 0 # ${mountpoint}\n`;
  await makeRoot(fs, 'root', {
    kernels: ['6.1.0-1', '6.10.0-2'],
    fstab: `# made by anaconda\n${line('/', 'root')}\n${line('/home', 'home')}${line('/var/lib/db', 'db')}`,
    cmdline: `root=UUID=${fs.uuid} ro rootflags=subvol=root quiet\n`,
    defaultGrub: 'GRUB_CMDLINE_LINUX="rootflags=subvol=root rhgb"\n',
  });
  for (const path of ['home', 'db', 'root/var/lib/machines', 'root/opt']) await fs.subvolume(path);
  await writeFile(join(fs.top, 'db/format'), '1\n');
  await writeFile(join(fs.top, 'root/opt/tool'), 'tool\n');
  await tool('chown', ['123:45', join(fs.top, 'root/etc/fstab')]);
  await tool('chmod', ['640', join(fs.top, 'root/etc/fstab')]);
  const label = ['-n', 'security.selinux', '-v', 'system_u:object_r:etc_t:s0'];
  await tool('setfattr', [...label, join(fs.top, 'root/etc/fstab')]);
  await beHookOk('adopt', 'root', '--name', 'fedora', '--filesystem', fs.top);
});

async function withFedora(
  body: (fs: LoopBtrfs, run: (...words: string[]) => Promise<string>) => Promise<void>,
): Promise<void> {
  await withDisk((fs) => body(fs, (...words) => beHookOk(...words, '--filesystem', fs.top)));
}

async function listSubvolumes(fs: LoopBtrfs): Promise<string[]> {
  const list = await tool('btrfs', ['subvolume', 'list', fs.top]);
  return list.split('\n').map((line) => line.replace(/^.* path /, ''));
}

test('have copies whose files name the copy, and keep owner, mode and SELinux label', async () => {
  await withFedora(async (fs, run) => {
    await run('volume', 'set', '/var/lib/db', 'cloned');
    await run('create', 'two');
    const two = join(fs.top, 'be-hook/two/root');
    assert.is(
      await readFile(join(two, 'etc/fstab'), 'utf8'),
      [
        '# made by anaconda',
        `UUID=${fs.uuid}\t/ btrfs  subvol=be-hook/two/root,noatime 0 0 # /`,
        '',
        `UUID=${fs.uuid}\t/home btrfs  subvol=home,noatime 0 0 # /home`,
        `UUID=${fs.uuid}\t/var/lib/db btrfs  subvol=be-hook/two/volumes/var-lib-db,noatime 0 0 # /var/lib/db`,
        '',
      ].join('\n'),
    );
    const { uid, gid, mode } = await stat(join(two, 'etc/fstab'));
    assert.equal([uid, gid, mode & 0o7777], [123, 45, 0o640]);
    const label = await tool('getfattr', ['--only-values', '-n', 'security.selinux', join(two, 'etc/fstab')]);
    assert.match(label, /^system_u:object_r:etc_t:s0/);
    const line = await readFile(join(two, 'etc/kernel/cmdline'), 'utf8');
    assert.is(line, `root=UUID=${fs.uuid} ro rootflags=subvol=be-hook/two/root quiet\n`);
    assert.match(await readFile(join(two, 'etc/default/grub'), 'utf8'), '"rootflags=subvol=be-hook/two/root rhgb"');
    assert.match(await readFile(join(two, 'boot/grub/grub.cfg'), 'utf8'), '\tlinux\t/be-hook/two/root/boot/vmlinuz-');
    assert.not.match(await readFile(join(two, 'boot/grub/grub.cfg'), 'utf8'), 'subvol=root ');
    await crossCheck(fs, ['root/boot/grub', 'be-hook/two/root/boot/grub']);
  });
});

test('have copies whose command line is not older than the defaults', async () => {
  await withFedora(async (fs, run) => {
    await run('create', 'two');
    const times = await Promise.all(
      ['etc/default/grub', 'etc/kernel/cmdline'].map((path) => stat(join(fs.top, 'be-hook/two/root', path))),
    );
    assert.ok((times[0]?.mtimeMs ?? 0) <= (times[1]?.mtimeMs ?? 0));
    // The kernel-install plugins of Fedora compare the files in this way.
    const root = join(fs.top, 'be-hook/two/root');
    const newer = ['-c', '[ etc/default/grub -nt etc/kernel/cmdline ] && echo newer || echo fine'];
    assert.is(await tool('sh', ['-c', `cd "$1" && sh -c '${newer[1]}'`, 'sh', root]), 'fine');
  });
});

test('have copies with a subvolume or a directory for each inner subvolume', async () => {
  await withFedora(async (fs, run) => {
    await run('volume', 'set', '/opt', 'shared');
    await run('create', 'two');
    const two = join(fs.top, 'be-hook/two/root');
    const inode = async (path: string): Promise<number> => (await stat(join(two, path))).ino;
    assert.is(await inode('var/lib/machines'), 256, 'a copy of the subvolume');
    assert.ok((await inode('opt')) > 256, 'a directory to mount on');
    for (const path of ['opt', 'var/lib/machines']) await writeFile(join(two, path, 'x'), '');
    assert.equal(await readdir(join(fs.top, 'root/opt')), ['tool']);
    assert.match(await readFile(join(two, 'etc/fstab'), 'utf8'), `UUID=${fs.uuid} /opt btrfs subvol=/root/opt 0 0\n`);
  });
});

test('do not change when their copies and cloned volumes change', async () => {
  await withFedora(async (fs, run) => {
    await run('volume', 'set', 'db', 'cloned');
    await run('create', '-a', '-d', 'new format', 'two');
    await writeFile(join(fs.top, 'be-hook/two/volumes/var-lib-db/format'), '2\n');
    await writeFile(join(fs.top, 'be-hook/two/root/etc/only-two'), '');
    assert.is(await readFile(join(fs.top, 'db/format'), 'utf8'), '1\n');
    assert.not.ok((await readdir(join(fs.top, 'root/etc'))).includes('only-two'));
    const menu = await menuOf(fs.top);
    assert.is(menu.default, 'be-hook:two:6.10.0-2');
    assert.match(menu.entries[0]?.title ?? '', 'two: new format (Test Linux root), Linux 6.10.0-2');
  });
});

test('have read-only snapshots, which create can copy and rollback can restore', async () => {
  await withFedora(async (fs, run) => {
    await run('volume', 'set', 'db', 'cloned');
    await run('create', 'two');
    await run('snapshot', 'two@before');
    const kept = join(fs.top, 'be-hook/two@before');
    for (const path of ['root/x', 'volumes/var-lib-db/x', 'root/opt/x']) {
      assert.match(await tool('sh', ['-c', '! touch "$1" 2>&1', 'sh', join(kept, path)]), 'Read-only');
    }
    await writeFile(join(fs.top, 'be-hook/two/volumes/var-lib-db/format'), '2\n');
    await run('create', '-e', 'two@before', 'three');
    assert.is(await readFile(join(fs.top, 'be-hook/three/volumes/var-lib-db/format'), 'utf8'), '1\n');

    await run('rollback', 'two@before');

    const two = (await listOf(fs.top)).find(({ name }) => name === 'two');
    const volumes = JSON.parse(await run('volume', 'list', 'two', '--json')) as {
      environments: { volumes: { mountpoint: string; subvolume: { path: string } }[] }[];
    };
    const db = volumes.environments[0]?.volumes.find(({ mountpoint }) => mountpoint === '/var/lib/db');
    assert.is(await readFile(join(fs.top, db?.subvolume.path ?? '', 'format'), 'utf8'), '1\n');
    assert.not.ok((await listSubvolumes(fs)).includes('be-hook/two/root'), 'what it was is gone');
    const menuDirectories = ['root', 'be-hook/three/root', two?.subvolume.path ?? ''].map(
      (path) => `${path}/boot/grub`,
    );
    await crossCheck(fs, menuDirectories);
    // The renamed environment keeps its snapshots.
    await run('rename', 'two', 'zwei');
    await run('rollback', 'zwei@before');
    await run('destroy', '-F', 'zwei@before');
  });
});

test('are destroyed with their own volumes and snapshots, and nothing else', async () => {
  await withFedora(async (fs, run) => {
    await run('volume', 'set', 'db', 'cloned');
    const before = await listSubvolumes(fs);
    await run('create', 'two');
    await run('snapshot', 'two@a');
    await run('snapshot', 'two@b');
    await run('destroy', '-F', 'two@a');
    assert.not.ok((await listSubvolumes(fs)).some((path) => path.startsWith('be-hook/two@a')));
    await run('destroy', '-F', 'two');
    assert.equal(await listSubvolumes(fs), before);
    assert.equal(await readdir(join(fs.top, 'be-hook')), ['history']);
    assert.is(await readFile(join(fs.top, 'db/format'), 'utf8'), '1\n');
    await crossCheck(fs, ['root/boot/grub']);
  });
});

test('can be destroyed if adopted, but volumes that be-hook did not make stay', async () => {
  await withFedora(async (fs, run) => {
    await run('volume', 'set', 'db', 'cloned');
    await run('create', '-a', 'two');
    const { stderr, status } = await beHook('destroy', '-F', 'fedora', '--filesystem', fs.top);
    assert.is(status, 0, stderr);
    assert.match(stderr, 'The volume /var/lib/db stays: be-hook did not make the subvolume /db.');
    assert.equal((await listSubvolumes(fs)).sort(), [
      'be-hook/two/root',
      'be-hook/two/root/opt',
      'be-hook/two/root/var/lib/machines',
      'be-hook/two/volumes/var-lib-db',
      'db',
      'home',
    ]);
    await crossCheck(fs, ['be-hook/two/root/boot/grub']);
  });
});

test('have separate kernel options, which cmdline prints and changes', async () => {
  await withFedora(async (fs, run) => {
    await run('create', 'two');
    assert.is(await run('cmdline', 'two'), `root=UUID=${fs.uuid} ro rootflags=subvol=be-hook/two/root quiet\n`);
    await run('cmdline', 'two', '--append', 'debug console="ttyS0 x"', '--remove', 'quiet');
    const words = `root=UUID=${fs.uuid} ro rootflags=subvol=be-hook/two/root debug console="ttyS0 x"\n`;
    assert.is(await run('cmdline', 'two'), words);
    assert.match(await run('cmdline', 'fedora'), /subvol=root quiet\n$/);
    for (const word of ['root=/dev/sda', 'rootflags=subvol=root', 'initrd=x']) {
      const { status, stderr } = await beHook('cmdline', 'two', '--append', word, '--filesystem', fs.top);
      assert.is(status, 64);
      assert.match(stderr, 'be-hook manages it');
    }
    assert.is(await run('cmdline', 'two'), words);
    await crossCheck(fs, ['root/boot/grub', 'be-hook/two/root/boot/grub']);
  });
});

test('have a history of users and commands, which tolerates a truncated line', async () => {
  await withFedora(async (fs, run) => {
    await run('create', 'two', '-d', "it's new");
    await run('hold', 'two');
    await run('hold', 'two');
    assert.is((await beHook('destroy', '-F', 'two', '--filesystem', fs.top)).status, 5);
    await writeFile(join(fs.top, 'be-hook/history'), '{"time":17', { flag: 'a' });
    const lines = (await run('history')).trimEnd().split('\n');
    assert.is(lines.length, 4, lines.join('\n'));
    assert.match(lines[2] ?? '', `root  create two -d 'it'\\''s new' --filesystem`);
    assert.match(lines[3] ?? '', 'root  hold two');
    const { mode } = await stat(join(fs.top, 'be-hook/history'));
    assert.is(mode & 0o777, 0o600);
  });
});

test('are checked without any output, and the exit status is the result', async () => {
  await withFedora(async (fs) => {
    assert.equal(await beHook('check', '--filesystem', fs.top), { status: 0, stdout: '', stderr: '' });
  });
  await withBtrfs({}, async (fs) => {
    const root = await makeRoot(fs, 'root', { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', 'root', '--filesystem', fs.top);
    await writeFile(join(root, 'etc/fstab'), 'UUID=1 /boot ext4 defaults 0 0\n');
    assert.equal(await beHook('check', '--filesystem', fs.top), { status: 78, stdout: '', stderr: '' });
  });
});

test.run();
