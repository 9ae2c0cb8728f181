import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needTool } from '../support/need-tool.ts';
import { type PackageSystem, withPackageSystem } from '../support/package-system.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';

const test = suite("a job that removes the init or the root's fstab line");

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

const all = '/sbin/init /usr/sbin/init /lib/systemd/systemd /usr/lib/systemd/systemd';

/** What a job does to the init programs, and the message about it. */
const jobs: Readonly<Record<string, readonly [string, RegExp]>> = {
  removed: [`rm -f ${all}`, /\/usr\/lib\/systemd\/systemd is missing/],
  'dangling link': [`rm -f ${all}; ln -s /nix /sbin/init`, /\/sbin\/init leads to a file that does not exist in it/],
  directory: [`rm -f ${all}; mkdir /usr/lib/systemd/systemd`, /\/usr\/lib\/systemd\/systemd is not a file/],
  'empty file': [': >/usr/lib/systemd/systemd', /\/sbin\/init is empty/],
  'no program': ['chmod 644 /usr/lib/systemd/systemd', /\/sbin\/init is not executable/],
  'link out of the root': [
    `rm -f ${all}; ln -s /../../../../../usr/bin/nix-init /sbin/init`,
    /leads to a file that does not exist in it/,
  ],
  'all its places': ['rm -rf /usr/lib/systemd /usr/sbin /lib/systemd /sbin', /it lacks the init that starts “be1”/],
};

async function check({ fs }: PackageSystem, what: string): Promise<void> {
  const [script, why] = jobs[what] ?? ['', /^$/];
  const ran = await beHook('run', '--filesystem', fs.top, '--name', 'x', '--', 'sh', '-c', script);
  assert.is(ran.status, 79, `${what}: ${ran.stderr}`);
  assert.match(ran.stderr, why);
  const list = await listOf(fs.top);
  assert.equal(
    list.map(({ name, active, state }) => [name, active, state]).sort(),
    [
      ['be1', true, null],
      ['x', false, 'failed'],
    ],
    what,
  );
  assert.not.ok((await menuOf(fs.top)).entries.some(({ be }) => be === 'x'));
  await beHookOk('destroy', '-F', 'x', '--filesystem', fs.top);
}

test('fails with status 79, is in no menu and does not boot', async () => {
  await withPackageSystem([], async (system) => {
    for (const what of Object.keys(jobs)) await check(system, what);
    await beHookOk('run', '--filesystem', system.fs.top, '--name', 'x', '--', 'true');
    assert.is((await listOf(system.fs.top)).find(({ active }) => active)?.name, 'x');
  });
});

test('activate refuses a missing program of init= in /etc/default/grub', async () => {
  await withPackageSystem([], async ({ fs }) => {
    await beHookOk('create', '--filesystem', fs.top, '-e', 'be1', 'y');
    const etc = join(fs.top, 'be-hook/y/root/etc');
    await rm(join(etc, 'kernel/cmdline'), { force: true });
    await mkdir(join(etc, 'default'), { recursive: true });
    await writeFile(join(etc, 'default/grub'), 'GRUB_CMDLINE_LINUX="init=/opt/gone"\n');
    const refused = await beHook('activate', 'y', '--filesystem', fs.top);
    assert.is(refused.status, 65, refused.stderr);
    assert.match(refused.stderr, 'it has no init: /opt/gone is missing');
  });
});

test('fails because of a wrong fstab, which activate also detects later', async () => {
  await withPackageSystem([], async ({ fs, root }) => {
    const spoil = `echo "UUID=deadbeef / btrfs subvol=sys 0 0" >/etc/fstab`;
    const ran = await beHook('run', '--filesystem', fs.top, '--name', 'x', '--', 'sh', '-c', spoil);
    assert.is(ran.status, 79, ran.stderr);
    assert.match(ran.stderr, 'mounts / from UUID=deadbeef, which is another file system');
    await beHookOk('create', '--filesystem', fs.top, '-e', 'be1', 'y');
    await writeFile(join(fs.top, 'be-hook/y/root/etc/fstab'), `UUID=${fs.uuid} /data btrfs subvol=nix 0 0\n`);
    for (const words of [
      ['activate', 'y'],
      ['create', '-a', '-e', 'y', 'z'],
    ]) {
      const refused = await beHook(...words, '--filesystem', fs.top);
      assert.is(refused.status, 65, refused.stderr);
      assert.match(refused.stderr, 'mounts the subvolume “nix”, which does not exist');
    }
    await writeFile(join(root, 'etc/fstab'), `UUID=${fs.uuid} / btrfs subvol=@be1 0 0\n`);
    await beHookOk('activate', 'be1', '--filesystem', fs.top);
  });
});

test.run();
