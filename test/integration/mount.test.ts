import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mountAll } from '../../lib/system/mounting.ts';
import { tool } from '../support/guest/tool.ts';
import { makeTwoSystems, withTwoSystems } from '../support/inner-system.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { assertRefused, base, codes, seen, withPlace, withSystems } from '../support/mount-scene.ts';
import { beHook, beHookOk, listOf } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';
import { mountsHere } from '../support/seen-mounts.ts';
import { withTwoEnvironments } from '../support/two-environments.ts';

const test = suite('be-hook mount');

test('mounts the environment with its own volume and prints the path; umount undoes it', async () => {
  await withSystems(async (fs, _place, where) => {
    const directory = `${base}/be2`;
    const { stdout, stderr } = await beHook('mount', 'be2', ...where);

    assert.equal([stdout, stderr], [`${directory}\n`, '']);
    assert.equal(await seen(fs), [
      `/be-hook/be2/root on ${directory}`,
      `/be-hook/be2/volumes/var-lib-db on ${directory}/var/lib/db`,
    ]);
    assert.is(await readFile(`${directory}/var/lib/db/format`, 'utf8'), 'old\n');
    await writeFile(`${directory}/var/lib/db/format`, 'new\n');
    assert.is(await readFile(join(fs.top, '@db/format'), 'utf8'), 'old\n');
    assert.is((await stat(base)).mode & 0o777, 0o700);
    const listed = (await listOf(fs.top)) as unknown as { name: string; mountpoints: string[] }[];
    assert.equal(listed.find(({ name }) => name === 'be2')?.mountpoints, [directory]);

    assert.is(await beHookOk('umount', 'be2', ...where), '');
    assert.equal(await seen(fs), []);
    assert.not(existsSync(directory));
  });
});

test('creates a missing directory, accepts an empty one, and is read-only with -o ro', async () => {
  await withSystems(async (fs, place, where) => {
    const made = join(place, 'made');
    assert.is(await beHookOk('mount', '-o', 'ro', 'be2', made, ...where), `${made}\n`);
    for (const { options } of await mountsHere(fs)) assert.ok(options.includes('ro'));
    for (const path of [made, join(made, 'var/lib/db')]) {
      const failure = await writeFile(join(path, 'x'), '').catch(
        (error: unknown) => (error as NodeJS.ErrnoException).code,
      );
      assert.is(failure, 'EROFS', path);
    }
    await beHookOk('umount', made, ...where);
    assert.ok(existsSync(made), 'only directories below /run are removed');

    assert.is(await beHookOk('mount', '-orw', 'be2', `${made}//`, ...where), `${made}\n`);
    await writeFile(join(made, 'x'), '');
    await beHookOk('umount', `${made}/`, ...where);
  });
});

test('mounts a snapshot read-only with the copies of its volumes', async () => {
  await withSystems(async (fs, place, where) => {
    await beHookOk('snapshot', 'be2@old', ...where);
    const directory = join(place, 'snap');
    await beHookOk('mount', 'be2@old', directory, ...where);

    assert.equal(await seen(fs), [
      `/be-hook/be2@old/root on ${directory}`,
      `/be-hook/be2@old/volumes/var-lib-db on ${directory}/var/lib/db`,
    ]);
    for (const { options } of await mountsHere(fs)) assert.ok(options.includes('ro'));
    await assertRefused(fs, codes.notMounted, /“be2”: it is not mounted/, 'umount', 'be2', ...where);
    await beHookOk('umount', 'be2@old', ...where);
    assert.equal(await seen(fs), []);
  });
});

test('refuses an unsuitable directory, and creates nothing', async () => {
  await withTwoEnvironments(async (fs) => {
    await withPlace(async (place) => {
      await mkdir(join(place, 'filled/x'), { recursive: true });
      await mkdir(join(place, 'empty'));
      await mkdir(join(place, 'point'));
      await tool('mount', ['-t', 'tmpfs', 'tmpfs', join(place, 'point')]);
      await writeFile(join(place, 'file'), '');
      await symlink('empty', join(place, 'link'));
      const unfit: readonly (readonly [string, RegExp])[] = [
        ['filled', /not empty/],
        ['link', /symbolic link/],
        ['link/', /symbolic link/],
        ['file', /it is not a directory/],
        ['point', /a file system is mounted there/],
        ['missing/missing', /directory above it is missing/],
        ['a\nb', /unprintable/],
      ];
      const before = await readdir(place);
      for (const [name, words] of unfit)
        await assertRefused(fs, codes.unfit, words, 'mount', 'be2', `${place}/${name}`, '--filesystem', fs.top);
      await assertRefused(fs, codes.unfit, /not an absolute path/, 'mount', 'be2', 'empty', '--filesystem', fs.top);
      await assertRefused(
        fs,
        codes.unfit,
        /a file system is mounted there/,
        'mount',
        'be2',
        '/',
        '--filesystem',
        fs.top,
      );
      await assertRefused(fs, 64, /use ro or rw/, 'mount', '-o', 'noexec', 'be2', '--filesystem', fs.top);
      assert.equal(await readdir(place), before);
      assert.not(existsSync(`${base}/be2`));
    });
  });
});

test('follows a symbolic link in the path of a volume inside the environment only', async () => {
  await withSystems(async (fs, place, where) => {
    const outside = join(place, 'outside');
    await mkdir(outside);
    const root = join(fs.top, 'be-hook/be2/root');
    // The first two links lead to the directory on this machine if a process follows them from the mounted environment.
    await rm(join(root, 'var/lib/db'), { recursive: true });
    await symlink(outside, join(root, 'var/lib/db'));
    await symlink('../'.repeat(30) + outside.slice(1), join(root, 'up'));
    await symlink('/var/lib/kept', join(root, 'inner'));
    await mkdir(join(root, 'var/lib/kept'));
    await writeFile(join(root, 'plain'), '');
    const points = ['/up', '/plain', `/${'../'.repeat(30)}${outside}`, '/inner', '/missing/x', '/..'];
    const line = (mountpoint: string, path: string): string =>
      `UUID=${fs.uuid} ${mountpoint} btrfs subvol=/${path} 0 0\n`;
    let fstab = line('/', 'be-hook/be2/root') + line('/var/lib/db', 'be-hook/be2/volumes/var-lib-db');
    for (const [index, point] of points.entries()) {
      await fs.subvolume(`be-hook/be2/volumes/v${index}`);
      fstab += line(point, `be-hook/be2/volumes/v${index}`);
    }
    await writeFile(join(root, 'etc/fstab'), fstab);

    const { status, stdout, stderr } = await beHook('mount', 'be2', ...where);

    assert.equal([status, stdout], [0, `${base}/be2\n`], stderr);
    assert.equal(await seen(fs), [
      `/be-hook/be2/root on ${base}/be2`,
      `/be-hook/be2/volumes/v3 on ${base}/be2/var/lib/kept`,
    ]);
    for (const point of ['/var/lib/db', ...points.filter((candidate) => candidate !== '/inner')])
      assert.ok(stderr.includes(`warning: cannot mount on ${point} of “be2”`), point);
    await beHookOk('umount', 'be2', ...where);
    assert.equal(await seen(fs), []);
  });
});

test('mounts nothing if a directory becomes a symbolic link at the last moment', async () => {
  await withSystems(async (fs, place) => {
    const id = async (path: string): Promise<number> =>
      Number(await tool('btrfs', ['inspect-internal', 'rootid', join(fs.top, path)]));
    const outside = join(place, 'outside');
    await mkdir(outside);
    await symlink(outside, join(fs.top, 'be-hook/be2/root/late'));
    const directory = join(place, 'made');
    const one = async (mountpoint: string, path: string): Promise<Parameters<typeof mountAll>[1]['mounts'][number]> => {
      return { mountpoint, subvolume: { id: await id(path), path }, readOnly: false };
    };
    const mounts = [await one(directory, 'be-hook/be2/root'), await one(`${directory}/late`, '@home')];

    const failure = await mountAll(fs.device, { mounts, makeDirectory: 'public' }).catch((error: unknown) => error);

    const { problem } = failure as { problem: { code: string; output: string } };
    assert.is(problem.code, 'tool-failed');
    assert.match(problem.output, 'symbolic link');
    assert.equal(await seen(fs), []);
    assert.not(existsSync(directory));
  });
});

test('mounts a nested volume at the mount point inside the outer volume', async () => {
  await withSystems(async (fs, place, where) => {
    const root = join(fs.top, 'be-hook/be2/root');
    const outer = await fs.subvolume('be-hook/be2/volumes/var');
    await mkdir(join(outer, 'lib/db'), { recursive: true });
    await rm(join(root, 'var'), { recursive: true });
    await mkdir(join(root, 'var'));
    const fstab = await readFile(join(root, 'etc/fstab'), 'utf8');
    await writeFile(
      join(root, 'etc/fstab'),
      `${fstab}UUID=${fs.uuid} /var btrfs subvol=/be-hook/be2/volumes/var 0 0\n`,
    );

    const directory = join(place, 'm');
    await beHookOk('mount', 'be2', directory, ...where);

    assert.equal(await seen(fs), [
      `/be-hook/be2/root on ${directory}`,
      `/be-hook/be2/volumes/var on ${directory}/var`,
      `/be-hook/be2/volumes/var-lib-db on ${directory}/var/lib/db`,
    ]);
    await beHookOk('umount', directory);
    assert.equal(await seen(fs), []);
  });
});

test('mounts an environment whose subvolume has an unusual name', async () => {
  await withBtrfs({}, async (fs) => {
    const path = '@we ird,x';
    await makeRoot(fs, path, { kernels: ['6.1.0-1'], fstab: `UUID=${fs.uuid} / btrfs subvol=/@we\\040ird,x 0 0\n` });
    await beHookOk('adopt', path, '--name', 'odd', '--filesystem', fs.top);
    await withPlace(async (place) => {
      const directory = join(place, 'a b, c');
      assert.is(await beHookOk('mount', 'odd', directory, '--filesystem', fs.top), `${directory}\n`);
      assert.equal(await seen(fs), [`/${path} on ${directory}`]);
      await beHookOk('umount', 'odd', '--filesystem', fs.top);
      assert.equal(await seen(fs), []);
    });
  });
});

test('refuses a second mount, even in parallel, and blocks destroy', async () => {
  await withSystems(async (fs, place, where) => {
    const both = await Promise.all(['one', 'two'].map((name) => beHook('mount', 'be2', join(place, name), ...where)));

    assert.equal(
      both.map(({ status }) => status).sort((a, b) => a - b),
      [0, codes.already],
    );
    const directory = both.find(({ status }) => status === 0)?.stdout.trim() ?? '';
    assert.match(both.find(({ status }) => status !== 0)?.stderr ?? '', directory);
    await assertRefused(fs, codes.already, new RegExp(directory), 'mount', 'be2', ...where);
    await assertRefused(fs, codes.mounted, new RegExp(directory), 'destroy', '-F', 'be2', ...where);
    await beHookOk('umount', directory);
    await beHookOk('destroy', '-F', 'be2', ...where);
  });
});

test('waits for another be-hook process, also for a read-only mount and for umount', async () => {
  await withSystems(async (fs, place, where) => {
    const directory = join(place, 'm');
    for (const words of [
      ['mount', '-o', 'ro', 'be2', directory],
      ['umount', 'be2'],
    ]) {
      const before = await seen(fs);
      const lock = execa('flock', ['/run/be-hook.lock', 'sh', '-c', 'echo locked; read -r _'], { stdin: 'pipe' });
      await new Promise((resolve) => lock.stdout.once('data', resolve));
      const waiting = beHook(...words, ...where);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      assert.equal(await seen(fs), before, words.join(' '));
      lock.stdin.end('go\n');
      assert.is((await waiting).status, 0);
      assert.is.not((await seen(fs)).length, before.length);
      await lock;
    }
  });
});

test('works with an image file that is not attached, and with two devices', async () => {
  await withBtrfs({ devices: 2 }, async (fs) => {
    await makeTwoSystems(fs);
    await withPlace(async (place) => {
      await beHookOk('mount', 'be2', join(place, 'm'), '--filesystem', fs.device);
      assert.is((await seen(fs)).length, 2);
      await beHookOk('umount', 'be2', '--filesystem', fs.device);
    });
  });
  await withTwoSystems(async (fs) => {
    await withPlace(async (place) => {
      const directory = join(place, 'm');
      await fs.unmounted(async () => {
        await beHookOk('mount', 'be2', directory, '--filesystem', fs.image);
        assert.is(await readFile(join(directory, 'var/lib/db/format'), 'utf8'), 'old\n');
        const again = await beHook('mount', 'be2', '--filesystem', fs.image);
        assert.ok(again.stderr.includes(directory), again.stderr);
        await beHookOk('umount', 'be2', '--filesystem', fs.image);
        assert.equal(await readdir(directory), []);
        // The kernel detaches the loop device a moment after the last unmount.
        for (let tries = 0; tries < 50 && (await tool('losetup', ['-j', fs.image])) !== ''; tries += 1)
          await new Promise((resolve) => setTimeout(resolve, 100));
        assert.is(await tool('losetup', ['-j', fs.image]), '');
      });
    });
  });
});

test('needs -o ro for a read-only file system', async () => {
  await withSystems(async (fs, place, where) => {
    await fs.remount('ro');
    const directory = join(place, 'm');
    await assertRefused(fs, codes.readOnly, /read-only/, 'mount', 'be2', directory, ...where);
    await beHookOk('mount', '-o', 'ro', 'be2', directory, ...where);
    await beHookOk('umount', directory);
    assert.equal(await seen(fs), []);
  });
});

test('mounts and creates nothing with --dry-run, and prints the same with --json', async () => {
  await withSystems(async (fs, place, where) => {
    const directory = join(place, 'm');
    const text = await beHookOk('mount', 'be2', directory, '--dry-run', ...where);
    assert.match(
      text,
      `mount /be-hook/be2/root on ${directory}, and /be-hook/be2/volumes/var-lib-db on ${directory}/var`,
    );
    const dry = JSON.parse(await beHookOk('mount', 'be2', directory, '--dry-run', '--json', ...where)) as object;
    assert.equal(await seen(fs), []);
    assert.not(existsSync(directory));

    const done = JSON.parse(await beHookOk('mount', 'be2', directory, '--json', ...where)) as object;
    assert.equal({ ...done, dryRun: true }, dry);
    assert.match(await beHookOk('umount', 'be2', '--dry-run', ...where), `${directory}/var/lib/db, ${directory} `);
    assert.is((await seen(fs)).length, 2);
    await beHookOk('umount', 'be2', ...where);
  });
});

test.run();
