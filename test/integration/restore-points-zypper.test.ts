import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withForky } from '../support/forky-machine.ts';
import { needTool } from '../support/need-tool.ts';
import { listOf } from '../support/program.ts';

const test = suite('restore points of zypper');

test.before(() => needTool('mmdebstrap', 'rpmbuild'));

const plugin = { source: 'hooks/zypp/be-hook', place: 'usr/lib/zypp/plugins/commit/be-hook', mode: 0o755 };

test('are made by the real zypper before a transaction, and never end it', async () => {
  await withForky(plugin, async ({ fs, run, points, path }) => {
    // libzypp expects these files in a complete system.
    assert.is((await run('rpm', '-i', '/glibc.rpm')).status, 0);
    const install = (...args: readonly string[]) =>
      run('zypper', '--non-interactive', '--no-refresh', 'install', '--allow-unsigned-rpm', ...args);
    const dryRun = await install('--dry-run', '/one.rpm');
    assert.is(dryRun.status, 0, dryRun.stdout + dryRun.stderr);
    assert.is(await points(), 0);

    const ended = await install('/one.rpm');
    assert.is(ended.status, 0, ended.stdout + ended.stderr);
    assert.is(await readFile(path('opt/one'), 'utf8'), 'one\n');
    assert.is(await points(), 1);
    const point = (await listOf(fs.top)).find(({ name }) => name !== 'forky')?.subvolume.path ?? '';
    assert.is(execFileSync('ls', [join(fs.top, point, 'opt')], { encoding: 'utf8' }), 'glibc\n');

    await mkdir(path('etc/be-hook'), { recursive: true });
    await writeFile(path('etc/be-hook/be-hook.conf'), 'package-transactions = refuse\n');
    assert.is((await install('/two.rpm')).status, 0, 'a plugin of libzypp cannot end a transaction');
    assert.is(await readFile(path('opt/two'), 'utf8'), 'two\n');
    assert.is(await points(), 2, 'be-hook makes a restore point instead');
  });
});

test.run();
