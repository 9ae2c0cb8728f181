import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runAsOk } from '../support/dialect.ts';
import { bootedWordsOf } from '../support/grub/boot.ts';
import { grubVersions } from '../support/grub/versions.ts';
import { tool } from '../support/guest/tool.ts';
import { withTwoSystems } from '../support/inner-system.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import { beHook, beHookOk, menuOf, runCleanly } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';

const test = suite('environments with colons in their names');

const release = '6.1.0-1';
/** A name that `bectl create pre-$(date +%FT%T)` gives. */
const name = 'pre-2026-11-29T02:03:04';
const root = `be-hook/${name}/root`;

/** Makes be1 in /@be1 with a cloned volume, and copies it with bectl. */
const withDisk = preparedBtrfs(async (fs) => {
  const line = (place: string, subvolume: string): string => `UUID=${fs.uuid} ${place} btrfs subvol=${subvolume} 0 0\n`;
  await makeRoot(fs, '@be1', { kernels: [release], fstab: line('/', '@be1') + line('/srv', '@srv') });
  await fs.subvolume('@srv');
  await mkdir(join(fs.top, '@be1/srv'), { recursive: true });
  const run = (...words: string[]): Promise<string> => beHookOk(...words, '--filesystem', fs.top);
  await run('adopt', '@be1', '--name', 'be1');
  await run('volume', 'set', '/srv', 'cloned');
  await runAsOk('bectl', 'create', '--filesystem', fs.top, '-e', 'be1', name);
});

async function withCopy(body: (fs: LoopBtrfs, run: (...words: string[]) => Promise<string>) => Promise<void>) {
  await withDisk((fs) => body(fs, (...words) => beHookOk(...words, '--filesystem', fs.top)));
}

test('boot in every real GRUB from their own paths, also by default', async () => {
  const grubs = await grubVersions();
  await withCopy(async (fs, run) => {
    for (const active of ['be1', name]) {
      await run('activate', active);
      const { entries } = await menuOf(fs.top);
      const entry = entries.find(({ be }) => be === name);
      assert.is(entry?.default, active === name);
      const expected = [
        `/${root}/boot/vmlinuz-${release}`,
        `root=UUID=${fs.uuid}`,
        'ro',
        `rootflags=subvol=${root}`,
        'quiet',
      ];
      await fs.unmounted(async () => {
        for (const tools of grubs) {
          const { booted } = await bootedWordsOf(
            { tools, images: fs.images, menuDirectory: '/@be1/boot/grub' },
            entry?.id ?? '',
          );
          assert.is(booted?.chosen, entry?.id, tools.version);
          assert.equal(booted?.linux, expected, tools.version);
          assert.equal(booted?.initrd, [`/${root}/boot/initramfs-${release}.img`]);
        }
      });
    }
  });
});

test('are mounted by mount(8) and systemd as their fstab and command line say', async () => {
  await withCopy(async (fs) => {
    const work = await mkdtemp(join(tmpdir(), 'be-hook-colon-'));
    try {
      const text = await readFile(join(fs.top, root, 'etc/fstab'), 'utf8');
      const places = { '/': root, '/srv': `be-hook/${name}/volumes/srv` };
      for (const [place, subvolume] of Object.entries(places)) {
        const target = join(work, 'm');
        await mkdir(target, { recursive: true });
        await writeFile(join(work, 'fstab'), text.replace(` ${place} `, ` ${target} `));
        await tool('mount', ['-T', join(work, 'fstab'), target]);
        assert.is((await tool('findmnt', ['-n', '-o', 'FSROOT', target])).trim(), `/${subvolume}`);
        await tool('umount', [target]);
      }
      const units = join(work, 'units');
      await mkdir(units);
      const [entry] = (await menuOf(fs.top)).entries.filter(({ be }) => be === name);
      const generator = '/usr/lib/systemd/system-generators/systemd-fstab-generator';
      const made = await runCleanly(generator, [units, units, units], {
        SYSTEMD_IN_INITRD: '1',
        SYSTEMD_PROC_CMDLINE: entry?.options ?? '',
      });
      assert.is(made.status, 0, made.stderr);
      assert.match(
        await readFile(join(units, 'sysroot.mount'), 'utf8'),
        new RegExp(`^Options=.*subvol=${root}(,|$)`, 'm'),
      );
      assert.ok((await readdir(units)).includes('sysroot.mount'));
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
});

test('are accepted by mount, umount, snapshot, rename, list and destroy', async () => {
  await withCopy(async (fs, run) => {
    const place = (await run('mount', name)).trim();
    assert.is((await tool('findmnt', ['-n', '-o', 'FSROOT', place])).trim(), `/${root}`);
    await run('umount', name);
    await run('snapshot', `${name}@at-05:06`);
    await run('create', '--from', `${name}@at-05:06`, 'again:1');
    await run('rename', 'again:1', 'again:2');
    assert.match(await runAsOk('beadm', 'list', '-H', '--filesystem', fs.top), new RegExp(`^${name};`, 'm'));
    assert.is(await run('sync'), '', 'the menu was in step');
    await run('destroy', '--force', 'again:2');
    const taken = await beHook('create', 'again-2', '--from', 'be1', '--filesystem', fs.top);
    assert.is(taken.status, 0, taken.stderr);
  });
});

test('run a command with be-hook exec', async () => {
  await withTwoSystems(async (fs) => {
    await beHookOk('rename', 'be2', 'be:2', '--filesystem', fs.top);
    const ended = await beHook('exec', '--filesystem', fs.top, 'be:2', 'sh', '-c', 'echo "$BE_HOOK_ENVIRONMENT"');
    assert.equal([ended.status, ended.stdout], [0, 'be:2\n'], ended.stderr);
  });
});

test.run();
