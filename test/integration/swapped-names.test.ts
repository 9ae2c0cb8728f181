import { readdir } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needTool } from '../support/need-tool.ts';
import { beHookOk, programPath, runCleanly } from '../support/program.ts';
import { asUser, whileUser } from '../support/unprivileged.ts';
import { whileOpening, withUser } from '../support/user-scene.ts';

/*
 * An unprivileged user swaps names while be-hook works in directories that the user owns. Nothing outside may change,
 * and be-hook may delete no other subvolume.
 */
const test = suite('names that a user swaps');

test.before(() => needTool('setpriv'));

test('are left out of a copy, with a warning, if they move meanwhile', async () => {
  await withUser(async ({ fs, home, run, check }) => {
    let leftOut = 0;
    const script = 'mv s1 s3; mv s3 s1; mv s2 s4; ln -s ../../../pgdata s2; rm s2; mv s4 s2';
    await whileUser(`cd "$1"; ${script}`, [home], async () => {
      for (let n = 1; n <= 3; n += 1) {
        const made = await run('create', '--from', 'be1', `c${n}`);
        assert.is(made.status, 0, made.stderr);
        leftOut +=
          made.stderr.match(/cannot copy the subvolume \S+: another process moved or deleted it/g)?.length ?? 0;
        const inside = await readdir(`${fs.top}/be-hook/c${n}/root/home/user`);
        for (const name of inside) {
          const path = `${fs.top}/be-hook/c${n}/root/home/user/${name}`;
          const found: readonly string[] = await readdir(path).catch(() => []);
          assert.not.ok(found.includes('data'), path);
        }
      }
      const gone = await run('destroy', '-F', 'c1');
      assert.is(gone.status, 0, gone.stderr);
      const snapshot = await run('snapshot', 'be1@kept');
      assert.is(snapshot.status, 0, snapshot.stderr);
      const exporting = '"$0" "$1" export be1 --filesystem "$2" >/dev/null';
      const sent = await runCleanly('sh', ['-c', exporting, process.execPath, programPath, fs.top]);
      assert.is(sent.status, 0, sent.stderr);
    });
    await check();
    assert.is((await run('sync')).status, 0);
    process.stdout.write(`${leftOut} subvolumes were left out\n`);
  });
});

test('do not redirect the owner and the mode of a placeholder', async () => {
  await withUser(async ({ fs, home, secret, run, check }) => {
    assert.is((await asUser('btrfs', 'property', 'set', '-ts', `${home}/s1`, 'ro', 'true')).status, 0);
    const plant = `for d in "$1"/be-hook/*/root/home/user; do rmdir "$d/s1" && ln -s "$2" "$d/s1"; done`;
    const opener = whileOpening(fs);
    await whileUser(plant, [fs.top, secret], async () => {
      for (let n = 1; n <= 3; n += 1) {
        const made = await run('create', '--from', 'be1', `c${n}`);
        assert.is(made.status, 0, made.stderr);
      }
    }).finally(opener.stop);
    await check();
  });
});

test('do not redirect the deletion of a subvolume', async () => {
  await withUser(async ({ fs, run, check }) => {
    const script = [
      'for d in "$1"/be-hook/*/root/home/user; do',
      'mv "$d/s1" "$d/away"; ln -s ../../../../../pgdata "$d/s1"; rm "$d/s1"; mv "$d/away" "$d/s1"',
      'done',
    ].join('\n');
    const opener = whileOpening(fs);
    await whileUser(script, [fs.top], async () => {
      for (let n = 1; n <= 2; n += 1) {
        await beHookOk('create', '--from', 'be1', `c${n}`, '--filesystem', fs.top);
        const gone = await run('destroy', '-F', `c${n}`);
        // A process of the user in the environment is a reason to refuse.
        assert.ok([0, 5, 6].includes(gone.status), gone.stderr);
      }
    }).finally(opener.stop);
    await check();
  });
});

test.run();
