import { chmod, cp, lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { needTool } from '../support/need-tool.ts';
import { beHook, beHookOk, programPath, runCleanly } from '../support/program.ts';
import { withTwoEnvironments } from '../support/two-environments.ts';
import { asUser } from '../support/unprivileged.ts';

const test = suite('access to the store of copies');

test.before(() => needTool('setpriv'));

/** Two environments that users can reach, the first one with a setuid program. */
async function withSetuid(body: (fs: LoopBtrfs) => Promise<void>): Promise<void> {
  await withTwoEnvironments(async (fs) => {
    await chmod(join(fs.top, '..'), 0o755);
    await mkdir(`${fs.top}/@be1/usr/bin`, { recursive: true });
    await cp('/usr/bin/id', `${fs.top}/@be1/usr/bin/old-sudo`);
    await chmod(`${fs.top}/@be1/usr/bin/old-sudo`, 0o4755);
    assert.is((await asUser(`${fs.top}/@be1/usr/bin/old-sudo`, '-u')).stdout.trim(), '0');
    await body(fs);
  });
}

async function modeOf(fs: LoopBtrfs, path: string): Promise<string> {
  return ((await lstat(join(fs.top, path))).mode & 0o7777).toString(8);
}

for (const umask of ['000', '022', '777']) {
  test(`is denied to users for each new copy and snapshot, with umask ${umask}`, async () => {
    await withSetuid(async (fs) => {
      const run = async (...words: readonly string[]): Promise<void> => {
        const script = `umask ${umask}; exec "$@"`;
        const all = ['-c', script, 'sh', process.execPath, programPath, ...words, '--filesystem', fs.top];
        const ran = await runCleanly('sh', all);
        assert.is(ran.status, 0, ran.stderr);
      };
      await run('create', '--from', 'be1', 'copy');
      await run('snapshot', 'be1@kept');

      for (const path of ['be-hook', 'be-hook/copy', 'be-hook/be1@kept'])
        assert.is(await modeOf(fs, path), '700', path);
      const tried = await asUser(`${fs.top}/be-hook/copy/root/usr/bin/old-sudo`, '-u');
      assert.ok(tried.status !== 0);
      assert.match(tried.stderr, /Permission denied/);
    });
  });
}

test('is corrected in a store that is open to users, and a dry run reports it', async () => {
  await withSetuid(async (fs) => {
    const where = ['--filesystem', fs.top];
    await beHookOk('create', '--from', 'be1', 'copy', ...where);
    const open = async (): Promise<void> => {
      for (const path of ['be-hook', 'be-hook/copy']) await chmod(join(fs.top, path), 0o755);
      assert.is((await asUser(`${fs.top}/be-hook/copy/root/usr/bin/old-sudo`, '-u')).stdout.trim(), '0');
    };
    await open();
    const told = await beHookOk('sync', '--dry-run', ...where);
    assert.match(told, /let only root access \/be-hook \(/);
    assert.match(told, /let only root access \/be-hook\/copy \(/);
    assert.is(await modeOf(fs, 'be-hook'), '755');

    for (const verb of [['sync'], ['describe', 'copy', 'text'], ['hold', 'copy'], ['snapshot', 'copy']]) {
      await open();
      await beHookOk(...verb, ...where);
      for (const path of ['be-hook', 'be-hook/copy']) assert.is(await modeOf(fs, path), '700', `${verb[0]}: ${path}`);
    }
    assert.is(await beHookOk('sync', '--dry-run', ...where), '');
  });
});

test('does not limit access to an environment that is mounted for users', async () => {
  await withSetuid(async (fs) => {
    const where = ['--filesystem', fs.top];
    await beHookOk('create', '--from', 'be1', 'copy', ...where);
    await writeFile(`${fs.top}/be-hook/copy/root/etc/motd`, 'hello');
    const place = join(fs.top, '..', 'place');
    await beHookOk('mount', 'copy', place, ...where);
    try {
      assert.is((await asUser('cat', `${place}/etc/motd`)).stdout, 'hello');
    } finally {
      await beHookOk('umount', 'copy', ...where);
    }
  });
});

test('includes the deletion of an unfinished directory with a temporary name', async () => {
  await withTwoEnvironments(async (fs) => {
    const where = ['--filesystem', fs.top];
    await mkdir(`${fs.top}/be-hook/.copy`, { recursive: true });
    await tool('btrfs', ['subvolume', 'create', `${fs.top}/be-hook/.packages`]);
    const listed = await beHook('list', '--quick', ...where);
    assert.match(listed.stderr, /\.copy/);

    await beHookOk('sync', ...where);

    assert.equal(
      (await readdir(`${fs.top}/be-hook`)).filter((name) => name.startsWith('.')),
      ['.packages'],
    );
    await beHookOk('create', '--from', 'be1', 'copy', ...where);
  });
});

test.run();
