import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  allKernels,
  type CloudMachine,
  checkEntries,
  copyPlace,
  original,
  releases,
  withCloudMachine,
} from '../support/cloud-machine.ts';
import { tool } from '../support/guest/tool.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';

const fstabOf = ({ fs }: CloudMachine, name: string): Promise<string> =>
  readFile(join(fs.top, copyPlace(name).root, 'etc/fstab'), 'utf8');

/** Changes the fstab of the original system. */
async function editFstab({ fs }: CloudMachine, edit: (text: string) => string): Promise<void> {
  const path = join(fs.top, 'root/etc/fstab');
  await writeFile(path, edit(await readFile(path, 'utf8')));
}

/** Checks that a command is refused and that nothing changes. */
async function refuses(machine: CloudMachine, args: readonly string[], says: RegExp, status = 65): Promise<void> {
  const before = await snapshotTree(machine.fs.top);
  const refused = await beHook(...args, '--filesystem', machine.fs.top);
  assert.is(refused.status, status, refused.stderr);
  assert.match(refused.stderr, says);
  assert.equal(await snapshotTree(machine.fs.top), before);
}

const test = suite('a /boot subvolume');

for (const [bootOptions, expected] of [
  ['noatime,subvolid=ID,nodev', 'noatime,subvol=be-hook/next/volumes/boot,nodev'],
  ['x-systemd.automount,subvol=/boot', 'x-systemd.automount,subvol=/be-hook/next/volumes/boot'],
] as const) {
  test(`is found by the options ${bootOptions}, and the copy keeps the others`, async () => {
    await withCloudMachine(async (machine) => {
      const shown = await tool('btrfs', ['subvolume', 'show', join(machine.fs.top, 'boot')]);
      const id = /Subvolume ID:\s+(\d+)/.exec(shown)?.[1] ?? '';
      await editFstab(machine, (text) => text.replace(' subvol=boot ', ` ${bootOptions.replace('ID', id)} `));
      await machine.beHook('setup', '--yes');
      await machine.beHook('create', 'next', '--activate');
      assert.match(await fstabOf(machine, 'next'), ` /boot btrfs ${expected} 0 0\n`);
      await checkEntries(machine, { root: original, next: copyPlace('next') }, ['root', 'next'].flatMap(allKernels));
    });
  });
}

test('can lie inside of the root, without a line of fstab', async () => {
  await withCloudMachine(async (machine) => {
    const { top } = machine.fs;
    await editFstab(machine, (text) => text.replace(/^.* \/boot .*\n/m, ''));
    await tool('rmdir', [join(top, 'root/boot')]);
    await rename(join(top, 'boot'), join(top, 'root/boot'));
    const entriesDirectory = join(top, 'root/boot/loader/entries');
    await tool('sh', ['-c', 'sed -i "s,/boot/,/root/boot/," "$1"/*', 'sh', entriesDirectory]);
    const where = ['--filesystem', top];
    await beHookOk('adopt', 'root', ...where);
    await beHookOk('create', 'next', '-e', 'root', '--activate', ...where);

    const next = (await menuOf(top)).entries.filter(({ be }) => be === 'next').map(({ image }) => image);
    assert.equal(
      next,
      releases.map((release) => `/be-hook/next/root/boot/vmlinuz-${release}`),
    );
    const entries = await tool('grep', ['-rh', '^linux ', join(top, 'be-hook/next/root/boot/loader/entries')]);
    assert.equal(entries.trim().split('\n').sort(), [...next].map((image) => `linux ${image}`).sort());
  });
});

test('is mounted with its boot environment', async () => {
  await withCloudMachine(async (machine) => {
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next', '--activate');
    const script =
      'mkdir -p /tmp/m; be-hook mount root /tmp/m >&2; findmnt -n -o FSROOT /tmp/m/boot; be-hook umount root';
    const { stdout, stderr } = await machine.run(['sh', '-euc', script], { place: copyPlace('next') });
    assert.is(stdout, '/boot\n', stderr);
  });
});

test('cannot be shared, or copied later', async () => {
  await withCloudMachine(async (machine) => {
    await beHookOk('adopt', 'root', '--filesystem', machine.fs.top);
    const says = /cannot use the subvolume \/boot as \/boot: its policy is “shared”.*volume set \/boot cloned/;
    await refuses(machine, ['volume', 'set', '/boot', 'shared'], says);
    await refuses(
      machine,
      ['volume', 'set', '/boot', 'cloned', '--at', 'boot'],
      /before the first boot; omit --at boot/,
    );
    await tool('setfattr', ['-n', 'trusted.be-hook.volume', '-v', 'shared', join(machine.fs.top, 'boot')]);
    for (const args of [
      ['create', 'next'],
      ['snapshot', 'root@s'],
      ['export', 'root'],
    ])
      await refuses(machine, args, says);
    await tool('setfattr', ['-n', 'trusted.be-hook.volume', '-v', 'cloned-at-boot', join(machine.fs.top, 'boot')]);
    await beHookOk('create', 'next', '--filesystem', machine.fs.top);
    assert.is((await menuOf(machine.fs.top)).entries.filter(({ be }) => be === 'next').length, releases.length);
  });
});

test('of two environments is reported, and destroyed with neither', async () => {
  await withCloudMachine(async (machine) => {
    const { fs } = machine;
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next');
    await fs.snapshot('be-hook/next/root', 'by-hand');
    const where = ['--filesystem', fs.top];
    await beHookOk('adopt', 'by-hand', ...where);
    const path = join(fs.top, 'by-hand/etc/fstab');
    await writeFile(path, (await readFile(path, 'utf8')).replace('be-hook/next/root', 'by-hand'));

    const { stderr } = await beHook('list', '--quick', ...where);
    assert.match(stderr, /subvolume \/be-hook\/next\/volumes\/boot as \/boot: “\S+” and “\S+” both mount it/);
    await refuses(machine, ['destroy', '-F', 'next'], /it contains the volume \/boot of “by-hand”/, 5);
    await beHookOk('sync', ...where);
    await beHookOk('destroy', '-F', 'by-hand', ...where);
    await checkEntries(machine, { root: original, next: copyPlace('next') }, ['root', 'next'].flatMap(allKernels));
  });
});

test('that is not the mounted one is refused', async () => {
  await withCloudMachine(async (machine) => {
    await machine.fs.snapshot('boot', 'other-boot');
    const { status, stderr } = await machine.run(['be-hook', 'create', 'next'], {
      place: { root: 'root', boot: 'other-boot' },
    });
    assert.is(status, 78);
    assert.match(stderr, /cannot tell which subvolume is the \/boot of “root” \(btrfs \S+, mounted now\)/);
    await editFstab(machine, (text) => text.replace('subvol=boot', 'subvol=gone'));
    await refuses(machine, ['adopt', 'root'], /\/boot of “root” \(subvol=gone in line 2 of its fstab\)/, 78);
  });
});

test('that users can write to makes its environment unsafe', async () => {
  await withCloudMachine(async (machine) => {
    await beHookOk('adopt', 'root', '--filesystem', machine.fs.top);
    await tool('chown', ['1000:1000', join(machine.fs.top, 'boot')]);
    const { stderr } = await beHook('list', '--quick', '--filesystem', machine.fs.top);
    assert.match(stderr, /\/boot belongs to the user with id 1000/);
    assert.equal(await listOf(machine.fs.top), []);
  });
});

test('that is read-only keeps its environment out of the menu', async () => {
  await withCloudMachine(async (machine) => {
    const { fs } = machine;
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next');
    await tool('btrfs', ['property', 'set', '-ts', join(fs.top, copyPlace('next').boot), 'ro', 'true']);
    await beHookOk('sync', '--filesystem', fs.top);
    await checkEntries(machine, { root: original }, allKernels('root'));
  });
});

test.run();
