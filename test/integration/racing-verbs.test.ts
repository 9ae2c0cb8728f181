import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBubble, rootOf } from '../support/bubble.ts';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import { menuOf, programPath, type Ran, runCleanly } from '../support/program.ts';
import { whileSwapping } from '../support/unprivileged.ts';
import { type UserScene, whileOpening, withUser } from '../support/user-scene.ts';

/*
 * Each command that reads or writes in environments runs while an unprivileged user swaps names there as fast as the
 * machine can. After each command nothing outside has changed, and the menu is complete.
 */
const test = suite('commands that race with a user');

test.before(() => needTool('setpriv', 'busybox'));

/** In this order. A refusal that the user can cause has its exit status listed. */
const commands: readonly (readonly [words: string, ...statuses: number[]])[] = [
  ['create -e be1 c1'],
  ['snapshot be1@s'],
  ['diff be1@s c1 --files'],
  ['rename c1 c2'],
  ['describe c2 other'],
  ['hold c2'],
  ['release c2'],
  ['cmdline c2 --append nosmt'],
  ['volume list'],
  ['activate c2'],
  ['sync'],
  ['activate be1'],
  ['exec c2 true'],
  ['run -e be1 --name ran --no-activate -- true'],
  ['diagnose ran'],
  ['drift be1'],
  // The user cannot replace the top level.
  ['rollback be1@s', 5],
  ['forget be2'],
  ['adopt /@be2 --name be2'],
  ['list --all'],
  ['status'],
  ['prune'],
  ['destroy -F be1@s'],
  // A process of the user in the environment is a reason to refuse.
  ['destroy -F ran', 5, 6],
  ['destroy -F c2', 5, 6],
];

/**
 * The commands for the second machine, which copy or delete. A command that waits is killed after two minutes, and
 * fails.
 */
const copyingCommands = /^(create|snapshot|diff|run|destroy|rename)/;

for (const be1 of ['@be1', ''] as const) {
  test(`change nothing outside if the root is ${be1 === '' ? 'the top level' : 'a subvolume'}`, async () => {
    await withUser(async (scene) => {
      const { fs, run, secret } = scene;
      const patterns = [scene.home, `${fs.top}/be-hook/*/root/home/user`, `${fs.top}/../mounted/home/user`];
      await mkdir(join(fs.top, '../mounted'));
      const opener = whileOpening(fs);
      await whileSwapping(patterns, secret, async () => {
        // A restore point copies the running system.
        const automatic = (): Promise<Ran> =>
          inBubble(rootOf(fs, be1 === '' ? '/' : be1), ['be-hook', 'create', '--automatic']);
        await judge(scene, 'create --automatic', [], automatic);
        const some = be1 === '' ? commands.filter(([words]) => copyingCommands.test(words)) : commands;
        for (const [words, ...statuses] of some) await judge(scene, words, statuses, () => run(...words.split(' ')));
        await judge(scene, 'export | import', [], () =>
          runCleanly('sh', ['-c', copying, process.execPath, programPath, fs.top]),
        );
        await mounting(scene);
      }).finally(opener.stop);
    }, be1);
  });
}

const copying = '"$0" "$1" export be1 --filesystem "$2" | "$0" "$1" import --filesystem "$2" come';

async function mounting(scene: UserScene): Promise<void> {
  const place = join(scene.fs.top, '../mounted');
  try {
    await judge(scene, 'mount', [], () => scene.run('mount', 'come', place));
    await judge(scene, 'sync while it is mounted', [], () => scene.run('sync'));
  } finally {
    await judge(scene, 'umount', [0, 4, 5], () => scene.run('umount', '-f', 'come'));
    await tool('sh', ['-c', 'umount -R "$1" 2>/dev/null || :', 'sh', place]);
  }
}

const hasMoved = /cannot find the subvolume “be-hook\/|cannot write \/be-hook\/\S+ \(\S+ does not exist\)/;

/**
 * A fresh copy can move only because root keeps the store open in this test. A command that reports this, and has
 * changed nothing outside, is repeated.
 */
async function again(run: () => Promise<Ran>): Promise<Ran> {
  for (let turn = 1; ; turn += 1) {
    const ran = await run();
    if (turn === 5 || ![66, 73].includes(ran.status) || !hasMoved.test(ran.stderr)) return ran;
  }
}

async function judge(
  scene: UserScene,
  what: string,
  statuses: readonly number[],
  run: () => Promise<Ran>,
): Promise<void> {
  const { status, stderr } = await again(run);
  assert.ok([0, ...statuses].includes(status), `${what}: status ${status}: ${stderr}`);
  assert.not.match(stderr, /unexpected|internal|please report|^\s+at /m, what);
  await scene.check();
  const { entries } = await menuOf(scene.fs.top);
  assert.is(entries.filter((entry) => entry.default).length, 1, what);
}

test.run();
