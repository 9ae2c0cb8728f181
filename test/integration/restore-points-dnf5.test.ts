import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { unpackForkyRoot } from '../support/guest/root.ts';
import { installedFiles } from '../support/installed-program.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { needTool } from '../support/need-tool.ts';
import { beHookOk, listOf } from '../support/program.ts';
import { bootFile } from '../support/root-tree.ts';
import { buildPackage, makeTop } from '../support/rpm/build.ts';
import { projectFile } from '../support/rpm/project-file.ts';
import { type Ended, run } from '../support/rpm/run.ts';

const test = suite('restore points of dnf5');

test.before(() => needTool('mmdebstrap', 'rpmbuild'));

/** Runs a command in a root that is the first process's too, as on a machine that was booted from it. */
const enter = `
device=$1 place=$2
shift 2
mount -t btrfs -o subvol=@forky "$device" "$place"
cd "$place"
mount --rbind /dev dev
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
pivot_root . mnt
umount -l mnt
cd /
"$@"
`;

interface Machine {
  readonly fs: LoopBtrfs;
  readonly dnf: (...words: readonly string[]) => Promise<Ended>;
  readonly points: () => Promise<number>;
  readonly path: (name: string) => string;
}

/** A btrfs with a whole Debian in /@forky, the real dnf5 in it, a kernel that is none, and be-hook with its actions file. */
async function withForky(body: (machine: Machine) => Promise<void>): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'be-hook-dnf5-'));
  try {
    await withBtrfs({ sizeMiB: 4096 }, async (fs) => {
      const path = (name: string): string => join(fs.top, '@forky', name);
      await fs.subvolume('@forky');
      await unpackForkyRoot(path('.'));
      await furnish(fs, path, work);
      await beHookOk('adopt', '@forky', '--name', 'forky', '--filesystem', fs.top);
      const inside = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--'];
      const options = ['-y', '--setopt=reposdir=/none', '--releasever=1', '--setopt=pkg_gpgcheck=0'];
      await mkdir(join(work, 'm'));
      const shell = ['sh', '-euc', enter, 'sh', fs.device, join(work, 'm')];
      await body({
        fs,
        path,
        dnf: (...words) => run('unshare', [...inside, ...shell, 'dnf5', ...options, ...words]),
        points: async () => (await listOf(fs.top)).filter(({ name }) => /^forky-before-[0-9-]+$/.test(name)).length,
      });
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function furnish(fs: LoopBtrfs, path: (name: string) => string, work: string): Promise<void> {
  const files = [
    ...(await installedFiles()).filter(
      (one) => one.path.startsWith('usr/lib/be-hook/') || one.path === 'usr/bin/be-hook',
    ),
    text('etc/dnf/libdnf5-plugins/actions.d/be-hook.actions', projectFile('hooks/dnf5/be-hook.actions')),
    text('etc/fstab', `UUID=${fs.uuid} / btrfs subvol=/@forky 0 0\n`),
    text('boot/vmlinuz-6.1.0-1', bootFile('KERNEL', 'forky', '6.1.0-1')),
    text('boot/initramfs-6.1.0-1.img', bootFile('INITRD', 'forky', '6.1.0-1')),
    text('usr/lib/modules/6.1.0-1/modules.dep', 'x:\n'),
    text('boot/grub/grub.cfg', 'set timeout=5\n'),
  ];
  for (const { path: name, contents, mode } of files) {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), contents);
    await chmod(path(name), mode);
  }
  await makeTop(join(work, 'top'));
  for (const name of ['one', 'two']) {
    const made = await buildPackage(join(work, 'top'), { name, version: '1', files: [`/opt/${name}`] });
    await copyFile(made, path(`${name}.rpm`));
  }
}

function text(path: string, contents: string): { path: string; contents: Uint8Array; mode: number } {
  return { path, contents: Buffer.from(contents), mode: 0o644 };
}

test('the real dnf5 has one made before it changes anything, and ends where there is to be none', async () => {
  await withForky(async ({ fs, dnf, points, path }) => {
    for (const words of [['--downloadonly'], ['--setopt=tsflags=test'], ['--installroot=/other']]) {
      const ended = await dnf('install', ...words, '/one.rpm');
      assert.is(ended.status, 0, ended.stdout + ended.stderr);
      assert.is(await points(), 0, words.join(' '));
    }
    const ended = await dnf('install', '/one.rpm');
    assert.is(ended.status, 0, ended.stdout + ended.stderr);
    assert.is(await readFile(path('opt/one'), 'utf8'), 'one\n');
    assert.is(await points(), 1);
    const point = (await listOf(fs.top)).find(({ name }) => name !== 'forky')?.subvolume.path ?? '';
    assert.is(execFileSync('ls', [join(fs.top, point, 'opt')], { encoding: 'utf8' }), '');

    await mkdir(path('etc/be-hook'), { recursive: true });
    await writeFile(path('etc/be-hook/be-hook.conf'), 'package-transactions = refuse\n');
    const refused = await dnf('install', '/two.rpm');
    assert.is(refused.status, 1, refused.stdout + refused.stderr);
    const said = (refused.stdout + refused.stderr).match(/^.*be-hook: .*$/gm) ?? [];
    assert.is(said.length, 1);
    assert.match(
      said[0] ?? '',
      /Action sent error message: be-hook: packages of the running system .*; change them in a copy: be-hook upgrade$/,
    );
    assert.is(execFileSync('ls', [path('opt')], { encoding: 'utf8' }), 'one\n');

    await rm(path('usr/lib/be-hook/package-transaction'));
    assert.is((await dnf('install', '/two.rpm')).status, 1, 'a program that is missing ends it, too');
  });
});

test.run();
