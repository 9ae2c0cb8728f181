import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { budget } from '../support/budget.ts';
import { firstSnapshot } from '../support/distributions/opensuse-snapshot-booting.ts';
import { findKillPoints, shuffled, straceCommand } from '../support/killed-command.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { needTool } from '../support/need-tool.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import { beHook, beHookOk } from '../support/program.ts';
import { bootedFromDefault, checkActive } from '../support/suse-agreement.ts';
import { defaultOf, installSuse } from '../support/suse-machine.ts';

/*
 * Killed activations with openSUSE's snapshot booting. At each moment the machine boots the old or the new default, and the
 * old one as long as the default subvolume has not changed. The next sync brings everything into agreement.
 */
const test = suite("killed activations with openSUSE's snapshot booting");

/** Seconds for each command. The test tries the system calls in random order. */
const seconds = 12 * budget();

const withScene = preparedBtrfs(
  async (fs) => {
    await installSuse(fs);
    for (const words of [
      ['adopt', firstSnapshot, '--name', 'leap'],
      ['create', 'next'],
      ['snapshot', 'leap@s'],
    ])
      await beHookOk(...words, '--filesystem', fs.top);
  },
  { sizeMiB: 256 },
);

test.before(() => needTool('strace', 'ps'));

for (const words of [
  ['activate', 'next'],
  ['create', '-a', 'new', '-e', 'next'],
  ['rollback', 'leap@s'],
]) {
  test(`${words.join(' ')}: boots the old or the new default`, async () => {
    const points = await withScene((fs) => findKillPoints(fs, words));
    const seen = new Map<string, string | undefined>();
    const end = performance.now() + seconds * 1000;
    let tried = 0;
    for (const { call, nth } of shuffled(points)) {
      if (tried >= 8 && performance.now() > end) break;
      tried += 1;
      await withScene(async (fs) => {
        await straceCommand(fs, words, ['-o', '/dev/null', '-e', `inject=${call}:signal=SIGKILL:when=${nth}`]);
        await checkKilled(fs, seen, `killed at ${call} ${nth}`);
      });
    }
    assert.ok(tried >= 8, `${tried} of ${points.length} calls`);
  });
}

/** GRUB reads each state of the menus and the default subvolume once. */
async function checkKilled(fs: LoopBtrfs, seen: Map<string, string | undefined>, where: string): Promise<void> {
  const chosen = await defaultOf(fs);
  const menu = await readFile(join(fs.top, chosen, 'boot/grub2/be-hook.cfg'), 'utf8');
  const state = `${chosen}\n${menu}`;
  if (!seen.has(state)) seen.set(state, await bootedFromDefault(fs));
  assert.is(seen.get(state), chosen, where);
  const { status, stderr } = await beHook('sync', '--filesystem', fs.top);
  assert.is(status, 0, `${where}: ${stderr}`);
  const after = await checkActive(fs, where);
  if (!seen.has(after)) seen.set(after, await bootedFromDefault(fs));
  assert.is(seen.get(after), after, where);
  const again = await beHook('sync', '--dry-run', '--filesystem', fs.top);
  assert.is(again.stdout, '', `${where}: a second sync has nothing to do`);
}

test.run();
