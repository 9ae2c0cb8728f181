import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheck } from '../support/cross-check.ts';
import { needTool } from '../support/need-tool.ts';
import { withPackageSystem } from '../support/package-system.ts';
import { beHook, listOf } from '../support/program.ts';

const test = suite('be-hook upgrade');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

const app = (version: string, scriptlets = '') => {
  return { name: 'app', version, files: ['/usr/share/app/version'], scriptlets };
};

for (const manager of ['dnf5', 'dnf', 'zypper']) {
  test(`${manager} upgrades a copy, which boots next, and its source does not change`, async () => {
    await withPackageSystem([app('1')], async ({ fs, root, offer, installed }) => {
      await offer([app('2')]);
      const words = manager === 'dnf' ? ['dnf-3'] : [manager];
      const { status, stdout, stderr } = await beHook('upgrade', '--filesystem', fs.top, '--', ...words);
      assert.is(
        status,
        0,
        stderr +
          (await readFile(join(fs.top, 'be-hook/be1-2/root/usr/lib/sysimage/be-hook/log'), 'utf8').catch(
            () => 'no log',
          )),
      );
      assert.is(stdout, '~ app.noarch 1-1 -> 2-1\n');
      assert.equal(await installed(), ['app-1']);
      assert.equal(await installed(join(fs.top, 'be-hook/be1-2/root')), ['app-2']);
      const names = (await listOf(fs.top)).map(({ name, flags }) => `${name} ${flags}`);
      assert.equal(names.sort(), ['be1 ', 'be1-2 R']);
      await crossCheck(fs, ['@be1/boot/grub', 'be-hook/be1-2/root/boot/grub']);
      assert.ok(root);
    });
  });
}

test('starts no package manager from /usr/local, where users may have write access', async () => {
  await withPackageSystem([app('1')], async ({ fs, root, offer, installed }) => {
    await offer([app('2')]);
    for (const directory of ['usr/local/bin', 'usr/local/sbin']) {
      await mkdir(join(root, directory), { recursive: true });
      for (const name of ['dnf5', 'dnf', 'dnf-3', 'zypper', 'rpm', 'sh'])
        await writeFile(join(root, directory, name), '#!/usr/bin/sh\necho "$0" >>/started\nexit 1\n', { mode: 0o755 });
    }
    const { status, stderr } = await beHook('upgrade', '--filesystem', fs.top);
    assert.is(status, 0, stderr);
    const copy = join(fs.top, 'be-hook/be1-2/root');
    assert.equal(await installed(copy), ['app-2']);
    assert.is(await readFile(join(copy, 'started'), 'utf8').catch(() => ''), '');
  });
});

test.run();
