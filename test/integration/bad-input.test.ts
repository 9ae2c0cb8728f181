import { lstat, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheck } from '../support/cross-check.ts';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';
import { withTwoEnvironments as withTwo } from '../support/two-environments.ts';

const test = suite('be-hook with bad input');

const menuDirectories = ['@be1/boot/grub', '@be2/boot/grub'];

interface Refusal {
  readonly title: string;
  readonly harm: (fs: LoopBtrfs) => Promise<unknown>;
  readonly status: number;
  readonly says: RegExp;
}

const at = (fs: LoopBtrfs, path: string): string => join(fs.top, path);

// be-hook refuses what it cannot interpret. The message says what, where and what to do, and nothing changes.
const refusals: readonly Refusal[] = [
  {
    title: 'a malformed fstab',
    harm: (fs) => writeFile(at(fs, '@be1/etc/fstab'), 'UUID=x / btrfs defaults 0 0\ngarbage\n'),
    status: 65,
    says: /@be1\/etc\/fstab, line 2: .*fstab\(5\)/,
  },
  {
    title: 'a malformed fstab of another environment',
    harm: (fs) => writeFile(at(fs, '@be2/etc/fstab'), 'garbage\n'),
    status: 0,
    says: /@be2\/etc\/fstab, line 1/,
  },
  {
    title: 'an fstab that is not text',
    harm: (fs) => writeFile(at(fs, '@be1/etc/fstab'), Buffer.from([0xff, 0xfe, 0x00, 0x80])),
    status: 66,
    says: /cannot read \/@be1\/etc\/fstab: it is not UTF-8 text/,
  },
  {
    title: 'an fstab that is a directory',
    harm: async (fs) => {
      await rm(at(fs, '@be1/etc/fstab'));
      await mkdir(at(fs, '@be1/etc/fstab'));
    },
    status: 66,
    says: /cannot read \/@be1\/etc\/fstab: it is not a regular file/,
  },
  {
    title: 'an /etc/default/grub with an open quote',
    harm: (fs) => writeFile(at(fs, '@be1/etc/default/grub'), 'GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX="quiet\n'),
    status: 65,
    says: /@be1\/etc\/default\/grub, line 2: the quote after GRUB_CMDLINE_LINUX= is never closed/,
  },
  {
    title: 'a command line with a control character',
    harm: async (fs) => {
      await mkdir(at(fs, '@be1/etc/kernel'));
      await writeFile(at(fs, '@be1/etc/kernel/cmdline'), 'quiet \x1b[2J evil\n');
    },
    status: 65,
    says: /@be1\/etc\/kernel\/cmdline: the kernel command line has a control character/,
  },
  {
    title: 'a setting that be-hook.conf does not have',
    harm: async (fs) => {
      await mkdir(at(fs, '@be1/etc/be-hook'));
      await writeFile(at(fs, '@be1/etc/be-hook/be-hook.conf'), '# fine\nmax-entries = many\n');
    },
    status: 0,
    says: /@be1\/etc\/be-hook\/be-hook.conf, line 2: “many” is not a value of max-entries/,
  },
  {
    title: 'a grub.cfg with incomplete lines of be-hook',
    harm: async (fs) => {
      const path = at(fs, '@be2/boot/grub/grub.cfg');
      await writeFile(path, (await readFile(path, 'utf8')).replace('# be-hook: end\n', ''));
    },
    status: 0,
    says: /@be2\/boot\/grub\/grub.cfg: the lines of be-hook in it are incomplete/,
  },
  {
    title: 'a grub.cfg that GRUB cannot parse',
    harm: (fs) => writeFile(at(fs, '@be2/boot/grub/grub.cfg'), 'menuentry "x" {\n'),
    status: 0,
    says: /@be2\/boot\/grub\/grub.cfg: GRUB cannot parse it/,
  },
  {
    title: 'a grub.cfg that is not text',
    harm: (fs) => writeFile(at(fs, '@be2/boot/grub/grub.cfg'), Buffer.from([0x80, 0x81])),
    status: 0,
    says: /cannot read \/@be2\/boot\/grub\/grub.cfg/,
  },
  {
    title: 'a separate /boot in the active environment',
    harm: (fs) => writeFile(at(fs, '@be1/etc/fstab'), 'UUID=a / btrfs defaults 0 0\nUUID=b /boot ext4 defaults 0 2\n'),
    status: 78,
    says: /the \/boot of “be1” is a file system of its own \(ext4 on UUID=b, by line 2 of its fstab; be-hook cannot open this file system: .*\)/,
  },
  {
    title: 'a /boot on a subvolume that does not exist',
    harm: (fs) =>
      writeFile(
        at(fs, '@be1/etc/fstab'),
        `UUID=${fs.uuid} / btrfs subvol=@be1 0 0\nUUID=${fs.uuid} /boot btrfs subvol=gone 0 0\n`,
      ),
    status: 78,
    says: /the \/boot of “be1” .*gone/,
  },
  {
    title: 'environments without any kernel',
    harm: (fs) =>
      Promise.all(['@be1', '@be2'].map((name) => rm(at(fs, `${name}/usr/lib/modules`), { recursive: true }))),
    status: 65,
    says: /no boot environment has a bootable kernel/,
  },
  {
    title: 'an active environment without a kernel',
    harm: (fs) => rm(at(fs, '@be1/usr/lib/modules'), { recursive: true }),
    status: 65,
    says: /cannot boot “be1”: it has no complete kernel/,
  },
];

for (const { title, harm, status, says } of refusals) {
  test(`reports ${title}, and changes nothing`, async () => {
    await withTwo(async (fs) => {
      await harm(fs);
      const before = await snapshotTree(fs.top);

      const ran = await beHook('sync', '--filesystem', fs.top);

      assert.match(ran.stderr, says);
      assert.is(ran.status, status);
      assert.is(ran.stdout, '');
      assert.equal(await snapshotTree(fs.top), before);
    });
  });
}

interface Fault {
  readonly title: string;
  readonly harm: (fs: LoopBtrfs) => Promise<unknown>;
  readonly says: RegExp;
}

const image = '@be1/boot/vmlinuz-6.10.0-2';

// be-hook does not offer a kernel that GRUB cannot load or that cannot boot. It offers the other kernels.
const faults: readonly Fault[] = [
  { title: 'an empty image', harm: (fs) => truncate(at(fs, image), 0), says: /vmlinuz-6.10.0-2 is empty/ },
  {
    title: 'a dangling link as its image',
    harm: async (fs) => {
      await rm(at(fs, image));
      await symlink('/boot/nowhere', at(fs, image));
    },
    says: /nowhere is a symbolic link|vmlinuz-6.10.0-2 is a symbolic link to a file that does not exist/,
  },
  {
    title: 'holes in its image',
    harm: async (fs) => {
      await truncate(at(fs, image), 0);
      await truncate(at(fs, image), 1_000_000);
    },
    says: /vmlinuz-6.10.0-2 has holes/,
  },
  {
    title: 'preallocated space in its image',
    harm: (fs) => tool('fallocate', ['--length', '4M', at(fs, image)]),
    says: /vmlinuz-6.10.0-2 has preallocated space/,
  },
  {
    title: 'an empty initramfs',
    harm: (fs) => truncate(at(fs, '@be1/boot/initramfs-6.10.0-2.img'), 0),
    says: /initramfs-6.10.0-2.img is empty/,
  },
  {
    title: 'no initramfs',
    harm: (fs) => rm(at(fs, '@be1/boot/initramfs-6.10.0-2.img')),
    says: /vmlinuz-6.10.0-2 has no initramfs beside it/,
  },
  {
    title: 'no modules',
    harm: (fs) => rm(at(fs, '@be1/usr/lib/modules/6.10.0-2'), { recursive: true }),
    says: /vmlinuz-6.10.0-2 has no modules/,
  },
  {
    // Kernel module packages leave these directories behind when rpm erases a kernel.
    title: 'only extra and weak-updates as modules',
    harm: async (fs) => {
      const modules = at(fs, '@be1/usr/lib/modules/6.10.0-2');
      await rm(modules, { recursive: true });
      await mkdir(join(modules, 'extra/v4l2loopback'), { recursive: true });
      await writeFile(join(modules, 'extra/v4l2loopback/v4l2loopback.ko.xz'), 'MODULE');
      await mkdir(join(modules, 'weak-updates'));
      await mkdir(join(modules, 'kernel'));
    },
    says: /vmlinuz-6.10.0-2 has no modules/,
  },
];

for (const { title, harm, says } of faults) {
  test(`does not offer a kernel with ${title}, and warns`, async () => {
    await withTwo(async (fs) => {
      await harm(fs);

      const ran = await beHook('sync', '--filesystem', fs.top);

      assert.is(ran.status, 0, ran.stderr);
      assert.match(ran.stderr, says);
      assert.is((await menuOf(fs.top)).default, 'be-hook:be1:6.1.0-1');
      assert.ok((await listOf(fs.top)).some(({ problems }) => problems.some(({ code }) => code === 'kernel-fault')));
      await crossCheck(fs, menuDirectories);
    });
  });
}

test('resolves an absolute link in /boot inside its system, and names the real path', async () => {
  await withTwo(async (fs) => {
    await rename(at(fs, image), at(fs, '@be1/usr/lib/modules/6.10.0-2/vmlinuz'));
    await symlink('/usr/lib/modules/6.10.0-2/vmlinuz', at(fs, image));

    await beHookOk('sync', '--filesystem', fs.top);

    assert.is((await menuOf(fs.top)).entries[0]?.image, '/@be1/usr/lib/modules/6.10.0-2/vmlinuz');
    await crossCheck(fs, menuDirectories);
  });
});

test('replaces a link in place of its menu, and uses neither its target nor its mode', async () => {
  await withTwo(async (fs) => {
    const menu = at(fs, '@be1/boot/grub/be-hook.cfg');
    await writeFile(at(fs, '@be1/etc/elsewhere'), 'untouched');
    await rm(menu);
    await symlink('/etc/elsewhere', menu);

    await beHookOk('sync', '--filesystem', fs.top);

    const found = await lstat(menu);
    assert.ok(found.isFile());
    assert.is(found.mode & 0o777, 0o600);
    assert.is(await readFile(at(fs, '@be1/etc/elsewhere'), 'utf8'), 'untouched');
    await crossCheck(fs, menuDirectories);
  });
});

test('resolves a link that leads out of its system inside that system', async () => {
  await withTwo(async (fs) => {
    await rm(at(fs, '@be1/etc/os-release'));
    await symlink('../../../../@be2/etc/os-release', at(fs, '@be1/etc/os-release'));

    const [be1] = await listOf(fs.top);

    assert.ok(be1?.problems.some(({ message }) => message.includes('os-release')));
  });
});

test('keeps the entries, with a generic title, for a malformed os-release', async () => {
  await withTwo(async (fs) => {
    await writeFile(at(fs, '@be1/etc/os-release'), 'PRETTY_NAME="open\n');

    const ran = await beHook('sync', '--filesystem', fs.top);

    assert.is(ran.status, 0);
    assert.match(ran.stderr, /@be1\/etc\/os-release/);
    assert.is((await menuOf(fs.top)).entries[0]?.title, 'be1: Linux, Linux 6.10.0-2');
  });
});

test('reports a full disk, and changes nothing', async () => {
  await withBtrfs({ sizeMiB: 128, mkfs: ['--mixed'] }, async (fs) => {
    const kernels = ['6.1.0-1', '6.2.0-1'];
    await makeRoot(fs, '@be1', { kernels });
    await beHookOk('adopt', '@be1', '--filesystem', fs.top);
    // A long command line makes the menu too long for btrfs to store it inline.
    await writeFile(at(fs, '@be1/etc/default/grub'), `GRUB_CMDLINE_LINUX="${'word=value '.repeat(6000)}"\n`);
    await fs.sync();
    await tool('sh', [
      '-c',
      'dd if=/dev/zero of="$1" bs=64k 2>/dev/null; dd if=/dev/zero of="$1.2" bs=4k 2>/dev/null; sync -f "$1"; dd if=/dev/zero of="$1.3" bs=4k 2>/dev/null || :',
      'fill',
      at(fs, 'filler'),
    ]);
    const before = await snapshotTree(at(fs, '@be1'));

    const ran = await beHook('sync', '--filesystem', fs.top);

    assert.is(ran.status, 73, ran.stderr);
    assert.match(ran.stderr, /cannot write .*be-hook.cfg: no space left; nothing was changed/);
    assert.equal(await snapshotTree(at(fs, '@be1')), before);
    for (const name of ['filler', 'filler.2', 'filler.3']) await rm(at(fs, name), { force: true });
    await beHookOk('sync', '--filesystem', fs.top);
  });
});

test('reports a read-only file system, and changes nothing', async () => {
  await withTwo(async (fs) => {
    await rm(at(fs, '@be1/boot/vmlinuz-6.10.0-2'));
    await fs.remount('ro');

    const ran = await beHook('sync', '--filesystem', fs.top);

    assert.is(ran.status, 73, ran.stderr);
    assert.match(ran.stderr, /read-only; nothing was changed/);
    assert.is((await listOf(fs.top)).length, 2);
  });
});

test('refuses to adopt a path that is not the root of a system', async () => {
  await withTwo(async (fs) => {
    await fs.subvolume('data');
    await mkdir(at(fs, 'directory'));
    const refusal = async (path: string): Promise<number> =>
      (await beHook('adopt', path, '--filesystem', fs.top)).status;

    assert.is(await refusal('data'), 65);
    assert.is(await refusal('directory'), 66);
    assert.is(await refusal('@be1/../@be2'), 66);
    assert.is(await refusal('nowhere'), 66);
    assert.is(await refusal('@be1'), 2);
    assert.is((await beHook('forget', 'missing', '--filesystem', fs.top)).status, 3);
  });
});

test.run();
