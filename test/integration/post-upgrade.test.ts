import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheck } from '../support/cross-check.ts';
import { needTool } from '../support/need-tool.ts';
import { type PackageSystem, withPackageSystem } from '../support/package-system.ts';
import { beHook, beHookOk, listOf } from '../support/program.ts';

const test = suite('post-upgrade hooks');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

const app = (version: string) => ({ name: 'app', version, files: ['/usr/share/app/version'] });

async function hook({ root }: PackageSystem, path: string, script: string): Promise<void> {
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, `#!/bin/sh\n${script}\n`);
  await chmod(target, 0o755);
}

/** Gives the system a database on a cloned volume, and a /home on a shared one. */
async function addVolumes({ fs, root }: PackageSystem): Promise<void> {
  await mkdir(join(root, 'var/lib/db'), { recursive: true });
  const line = (mountpoint: string, path: string) => `UUID=${fs.uuid} ${mountpoint} btrfs subvol=/${path} 0 0\n`;
  const fstab = await readFile(join(root, 'etc/fstab'), 'utf8');
  await writeFile(join(root, 'etc/fstab'), fstab + line('/var/lib/db', '@db') + line('/home', '@home'));
  await writeFile(join(await fs.subvolume('@db'), 'format'), 'old');
  await writeFile(join(await fs.subvolume('@home'), 'letter'), 'dear');
  await beHookOk('volume', 'set', '/@db', 'cloned', '--filesystem', fs.top);
}

const convert = '[ "$(cat /var/lib/db/format)" = old ] && echo new >/var/lib/db/format; ls /home';

test('convert the copy’s database, keep the state before, and spare the original', async () => {
  await withPackageSystem([app('1')], async (system) => {
    const { fs, offer } = system;
    await addVolumes(system);
    await hook(system, 'usr/lib/be-hook/post-upgrade.d/50-db', 'echo "of the package"; exit 9');
    await hook(system, 'etc/be-hook/post-upgrade.d/50-db', convert);
    await writeFile(join(system.root, 'etc/be-hook/post-upgrade.d/README'), 'no program');
    await offer([app('2')]);

    const { status, stderr } = await beHook('upgrade', '--name', 'next', '--filesystem', fs.top);
    assert.is(status, 0, stderr);

    const format = (path: string) => readFile(join(fs.top, path, 'format'), 'utf8');
    assert.is(await format('@db'), 'old');
    assert.is(await format('be-hook/next/volumes/var-lib-db'), 'new\n');
    assert.is(await format('be-hook/next@upgraded/volumes/var-lib-db'), 'old');
    const version = await readFile(join(fs.top, 'be-hook/next@upgraded/root/usr/share/app/version'), 'utf8');
    assert.is(version, 'app\n');
    await crossCheck(fs, ['@be1/boot/grub', 'be-hook/next/root/boot/grub']);
  });
});

test('leave three states when they fail: before, upgraded, partly converted', async () => {
  await withPackageSystem([app('1')], async (system) => {
    const { fs, offer, installed } = system;
    await addVolumes(system);
    await hook(system, 'etc/be-hook/post-upgrade.d/50-db', 'echo half >/var/lib/db/format; echo "bad row"; exit 4');
    await offer([app('2')]);

    const { status, stderr } = await beHook('upgrade', '--name', 'next', '--filesystem', fs.top);

    assert.is(status, 79, stderr);
    assert.match(stderr, '/etc/be-hook/post-upgrade.d/50-db failed with status 4');
    const text = await beHookOk('diagnose', 'next', '--filesystem', fs.top);
    assert.match(text, /^Outcome: +failed in what runs after an upgrade$/m);
    assert.match(text, /^ {2}bad row$/m);
    assert.equal((await listOf(fs.top)).map(({ name, flags }) => `${name} ${flags}`).sort(), ['be1 R', 'next ']);
    assert.is(await readFile(join(fs.top, 'be-hook/next/volumes/var-lib-db/format'), 'utf8'), 'half\n');

    // The state in the middle can be booted without the conversion.
    await beHookOk('rollback', 'next@upgraded', '--filesystem', fs.top);
    await beHookOk('activate', 'next', '--filesystem', fs.top);
    const next = (await listOf(fs.top)).find(({ name }) => name === 'next');
    assert.equal(await installed(join(fs.top, next?.subvolume.path ?? '')), ['app-2']);
    assert.is(await readFile(join(fs.top, '@db/format'), 'utf8'), 'old');
    await crossCheck(fs, ['@be1/boot/grub', `${next?.subvolume.path ?? ''}/boot/grub`]);
  });
});

test('cannot hide a file or a database below a shared volume without a report', async () => {
  await withPackageSystem([app('1')], async (system) => {
    const { fs, root, offer } = system;
    await addVolumes(system);
    await offer([{ ...app('2'), files: ['/usr/share/app/version', '/home/skeleton'] }]);
    const { status, stderr } = await beHook('upgrade', '--filesystem', fs.top);
    assert.is(status, 0, stderr);
    assert.match(stderr, 'warning: a shared volume will hide /home/skeleton');

    const place = (await beHookOk('exec', '--filesystem', fs.top, 'be1', 'rpm', '--eval', '%{_dbpath}')).trim();
    const fstab = await readFile(join(root, 'etc/fstab'), 'utf8');
    await fs.subvolume('@shared');
    await writeFile(join(root, 'etc/fstab'), `${fstab}UUID=${fs.uuid} ${dirname(place)} btrfs subvol=/@shared 0 0\n`);
    const refused = await beHook('upgrade', '--from', 'be1', '--filesystem', fs.top);
    assert.is(refused.status, 78, refused.stderr);
    assert.match(refused.stderr, `its package database ${place} is on the shared volume ${dirname(place)}`);
  });
});

test.run();
