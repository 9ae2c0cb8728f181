import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { companionArgs } from '../../lib/system/companion-command.ts';
import type { EarlyCompanion } from '../../lib/system/early-companion.ts';
import { withSession } from '../../lib/system/session.ts';
import { type Spawned, spawnTool } from '../../lib/system/spawn.ts';
import { withHookMachine } from '../support/hook-machine.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';

const test = suite('the companion that a hook starts early');

const lockSeconds = 10;

function early(child: Spawned, args: readonly string[]): EarlyCompanion {
  return { args, child, release: () => child.stdin.end() };
}

/** The companion that a session of a writer on this file system would start. */
function startCompanion(fs: LoopBtrfs, lists: boolean): EarlyCompanion {
  const args = companionArgs({ device: fs.device, write: true, image: false, lockSeconds, lists });
  return early(spawnTool('unshare', args), args);
}

test('is taken over by the session that would start the same one', async () => {
  await withBtrfs({}, async (fs) => {
    const companion = startCompanion(fs, true);
    const options = { where: { filesystem: fs.top }, write: true, lockSeconds, lists: true, early: companion };
    await withSession(options, async (session) => {
      assert.is(session.pid, companion.child.pid);
      assert.match((await session.takeLists())?.standard ?? '', /^ID 5 /);
      assert.is(await session.takeLists(), undefined);
    });
    assert.is.not(companion.child.exitCode, null);
  });
});

test('ends before a session starts another one, because it may hold the lock', async () => {
  await withBtrfs({}, async (fs) => {
    const companion = startCompanion(fs, false);
    const options = { where: { filesystem: fs.top }, write: true, lockSeconds, lists: true, early: companion };
    await withSession(options, (session) => {
      assert.is.not(session.pid, companion.child.pid);
      assert.is.not(companion.child.exitCode, null);
    });
  });
});

test('is not waited for if it has ended', async () => {
  await withBtrfs({}, async (fs) => {
    const args = companionArgs({ device: fs.device, write: true, image: false, lockSeconds, lists: true });
    const companion = early(spawnTool('false', []), args);
    await new Promise((resolve) => companion.child.once('exit', resolve));
    const options = { where: { filesystem: fs.top }, write: true, lockSeconds, lists: true, early: companion };
    assert.is.not(await withSession(options, ({ pid }) => pid), companion.child.pid);
  });
});

const hook = '/usr/lib/kernel/install.d/95-be-hook.install add 6.1.0-2 /boot/none';

test('ends with the hook also if the engine cannot be loaded', async () => {
  await withHookMachine(async (machine) => {
    const script = `rm /usr/lib/be-hook/engine.cjs; ${hook}; flock -w 5 /run/be-hook.lock echo free`;
    const ended = await machine.sh(script, { seconds: 60, ownProgram: true });
    assert.is(ended.stdout, 'free\n');
    assert.match(ended.stderr, /be-hook: the boot menu is out of date: the program ended early/);
  });
});

test('does not mount a root for writing that is mounted read-only', async () => {
  await withHookMachine(async (machine) => {
    const spy = { text: '#!/bin/sh\necho "$*" >>/run/mounts\nexec /usr/bin/mount "$@"\n', mode: 0o755 };
    const remount = 'rm /run/mounts; /usr/bin/mount -o remount,ro /';
    const script = `${hook}; wc -l </run/mounts; ${remount}; ${hook}; cat /run/mounts; echo "status $?"`;
    const ended = await machine.sh(script, { files: { '/usr/sbin/mount': spy } });
    assert.is(ended.stdout, '1\nstatus 1\n');
    assert.match(ended.stderr, /read-only/);
  });
});

test.run();
