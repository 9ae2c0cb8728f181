import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withForky } from '../support/forky-machine.ts';
import { needTool } from '../support/need-tool.ts';
import { listOf } from '../support/program.ts';

const test = suite('restore points of dnf5');

test.before(() => needTool('mmdebstrap', 'rpmbuild'));

const actions = {
  source: 'hooks/dnf5/be-hook.actions',
  place: 'etc/dnf/libdnf5-plugins/actions.d/be-hook.actions',
  mode: 0o644,
};

const options = ['-y', '--setopt=reposdir=/none', '--releasever=1', '--setopt=pkg_gpgcheck=0'];

test('are made by the real dnf5 before a transaction; settings can refuse it', async () => {
  await withForky(actions, async ({ fs, run, points, path }) => {
    const dnf = (...args: readonly string[]) => run('dnf5', ...options, ...args);
    for (const args of [['--downloadonly'], ['--setopt=tsflags=test'], ['--installroot=/other']]) {
      const ended = await dnf('install', ...args, '/one.rpm');
      assert.is(ended.status, 0, ended.stdout + ended.stderr);
      assert.is(await points(), 0, args.join(' '));
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
    const messages = (refused.stdout + refused.stderr).match(/^.*be-hook: .*$/gm) ?? [];
    assert.is(messages.length, 1);
    assert.match(
      messages[0] ?? '',
      /Action sent error message: be-hook: refusing the transaction: .*; change packages in a copy: be-hook upgrade$/,
    );
    assert.is(execFileSync('ls', [path('opt')], { encoding: 'utf8' }), 'one\n');

    await writeFile(path('etc/be-hook/be-hook.conf'), 'package-transactions = require\n');
    await rename(join(fs.top, 'be-hook'), join(fs.top, 'aside'));
    await writeFile(join(fs.top, 'be-hook'), 'a file where the store of copies should be\n');
    const required = await dnf('install', '/two.rpm');
    assert.is(required.status, 1, required.stdout + required.stderr);
    assert.match(
      required.stdout + required.stderr,
      /Action sent error message: be-hook: cannot make a restore point: /,
    );
    await writeFile(path('etc/be-hook/be-hook.conf'), '');
    const warned = await dnf('install', '/two.rpm');
    assert.is(warned.status, 0, warned.stdout + warned.stderr);
    assert.match(warned.stderr, /^be-hook: cannot make a restore point: .*; the transaction goes on /m);
    assert.is(execFileSync('ls', [path('opt')], { encoding: 'utf8' }), 'one\ntwo\n');

    await rm(path('usr/lib/be-hook/package-transaction'));
    assert.is(
      (await dnf('remove', 'two')).status,
      1,
      'dnf5 ends a transaction if the program of its action is missing',
    );
  });
});

test.run();
