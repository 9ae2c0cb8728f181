import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { look } from '../../lib/app/inspect.ts';
import { parseMenu } from '../../lib/bootloaders/grub/parse-menu.ts';
import { entriesOf } from '../../lib/model/menu.ts';
import { budget } from '../support/budget.ts';
import { tool } from '../support/guest/tool.ts';
import { findKillPoints, shuffled, straceCommand } from '../support/killed-command.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { needTool } from '../support/need-tool.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import { beHook, beHookOk } from '../support/program.ts';
import { threeEnvironments, unchanged } from '../support/refusal-scene.ts';
import { checkLaws } from '../support/sequences/laws.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';
import type { CallPoint } from '../support/system-calls.ts';

/*
 * Crashes of commands that create and delete subvolumes. Each command is killed at system calls that change something. The menu is
 * then complete and boots. The next sync restores exactly the state before the command, or completes exactly the state after it.
 */
const test = suite('killed commands');

/** Seconds for each command. The test tries the system calls in random order, and each of them takes a second or two. */
const seconds = 1.25 * budget();

/** The kinds of system calls at which the test has already killed a command. */
const killedAt = new Set<string>();

/** A summary of a file system: its default environment, its environments and snapshots, and its subvolumes. */
interface Outcome {
  readonly active: string | undefined;
  readonly names: readonly string[];
  readonly paths: readonly string[];
}

/** The state before each command. */
let before: Outcome;

test.before(async () => {
  needTool('strace', 'ps');
  before = await withCopy(outcomeOf);
});

const withCopy = preparedBtrfs(
  async (fs) => {
    await threeEnvironments(fs);
    for (const name of ['r1', 'r2']) await beHookOk('create', '--automatic', name, '--filesystem', fs.top);
    await mkdir(`${fs.top}/@be1/etc/be-hook`);
    await writeFile(`${fs.top}/@be1/etc/be-hook/be-hook.conf`, 'keep-automatic = 1\n');
  },
  { sizeMiB: 512 },
);

const commands = [
  ['create', 'new', '-e', 'be1'],
  ['create', 'new', '-a', '-e', 'made@s'],
  ['snapshot', 'be2@new'],
  ['destroy', '-F', 'made'],
  ['rollback', 'be2@s'],
  ['rollback', 'made@s'],
  ['prune'],
];

for (const words of commands) {
  test(words.join(' '), async () => {
    const points = await withCopy((fs) => findKillPoints(fs, words));
    assert.ok(points.length >= 8, `${points.length} calls`);
    const after = await withCopy(async (fs) => {
      await beHookOk(...words, '--filesystem', fs.top);
      return await outcomeOf(fs);
    });
    const end = performance.now() + seconds * 1000;
    const order = shuffled(points);
    // These are tried whatever the time: the kinds of calls at which no earlier command was killed.
    const firsts = order.filter(({ call }, index) => {
      return !killedAt.has(call) && order.findIndex((point) => point.call === call) === index;
    });
    const others = order.filter((point) => !firsts.includes(point));
    for (const [index, point] of [...firsts, ...others].entries()) {
      if (index > 0 && index >= firsts.length && performance.now() > end) break;
      await withCopy((fs) => checkPoint(fs, words, point, [before, after]));
      killedAt.add(point.call);
    }
  });
}

async function checkPoint(
  fs: LoopBtrfs,
  words: readonly string[],
  { call, nth }: CallPoint,
  outcomes: readonly Outcome[],
): Promise<void> {
  const where = `killed at ${call} ${nth}`;
  const sources = await contentsOf(fs, words);
  await straceCommand(fs, words, ['-o', '/dev/null', '-e', `inject=${call}:signal=SIGKILL:when=${nth}`]);
  await checkMenus(fs, where);

  const synced = await beHook('sync', '--filesystem', fs.top);

  assert.is(synced.status, 0, `${where}: ${synced.stderr}`);
  const { active, ...rest } = await outcomeOf(fs);
  const known = outcomes.map(({ names, paths }) => JSON.stringify({ names, paths }));
  assert.ok(known.includes(JSON.stringify(rest)), `${where}: ${JSON.stringify(rest)}`);
  // A new environment may exist before it becomes the default.
  const standard = outcomes.map((candidate) => candidate.active);
  assert.ok(standard.includes(active), `${where}: ${active ?? 'nothing'} boots by default`);
  await checkMenus(fs, where);
  checkLaws({ ...(await look({ filesystem: fs.top })).observation, uses: [] });
  unchanged(sources, await contentsOf(fs, words), where);
  const again = await beHook('sync', '--dry-run', '--filesystem', fs.top);
  assert.is(again.stdout, '', `${where}: a second sync has nothing to do`);
}

/** The contents of the environments and volumes that the command must not change, without their menus. */
async function contentsOf(fs: LoopBtrfs, words: readonly string[]): Promise<readonly string[]> {
  const names = ['@be1', '@be2', '@db'].filter((name) => name !== '@be2' || !words.includes('be2@s'));
  const all = await Promise.all(names.map((name) => snapshotTree(join(fs.top, name))));
  return all.flat().filter((line) => !/\/(boot\/grub|etc\/grub\.d)\b/.test(line));
}

/** Checks that every menu is complete, and that all files exist that the menu of the default environment names. */
async function checkMenus(fs: LoopBtrfs, where: string): Promise<void> {
  for (const home of ['@be1/boot/grub', '@be2/boot/grub', 'be-hook/made/root/boot/grub']) {
    const names = await readdir(join(fs.top, home)).catch((): string[] => []);
    if (!names.includes('be-hook.cfg')) continue;
    const menu = parseMenu(await readFile(join(fs.top, home, 'be-hook.cfg'), 'utf8'))?.menu;
    assert.ok(menu !== undefined, `${where}: the menu in /${home} is whole`);
    if (home !== '@be1/boot/grub') continue;
    for (const { image, initrds } of entriesOf(menu))
      for (const { path } of [image, ...initrds]) await stat(join(fs.top, path));
  }
}

async function outcomeOf(fs: LoopBtrfs): Promise<Outcome> {
  const { environments, unfinishedWork } = (await look({ filesystem: fs.top })).state;
  assert.equal(unfinishedWork, [], 'nothing is left over');
  const active = environments.find((environment) => environment.active)?.name;
  const names = environments.flatMap(({ name, snapshots }) => [
    name,
    ...snapshots.map((snapshot) => `${name}@${snapshot.name}`),
  ]);
  const list = await tool('btrfs', ['subvolume', 'list', fs.top]);
  const paths = [...list.matchAll(/ path (.*)$/gm)].map(([, path = '']) => path);
  return { active, names: names.sort(), paths: paths.sort() };
}

test.run();
