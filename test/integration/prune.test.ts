import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';
import { during, type Scene, unchanged, wholeState } from '../support/refusal-scene.ts';
import { makeRoot } from '../support/root-tree.ts';

const test = suite('be-hook prune');

interface Machine {
  readonly fs: LoopBtrfs;
  readonly run: (...words: readonly string[]) => Promise<string>;
  readonly names: () => Promise<readonly string[]>;
  readonly configure: (text: string) => Promise<void>;
}

/** `main` boots by default and has the cloned volume /srv/db; `mine` is a copy of it that a user made. */
const withDisk = preparedBtrfs(async (fs) => {
  const fstab = `UUID=${fs.uuid} / btrfs subvol=/@main 0 0\nUUID=${fs.uuid} /srv/db btrfs subvol=/@db 0 0\n`;
  await makeRoot(fs, '@main', { kernels: ['6.1.0-1'], fstab });
  await fs.subvolume('@db');
  for (const words of [
    ['adopt', '@main'],
    ['volume', 'set', '/srv/db', 'cloned'],
    ['create', 'mine'],
  ])
    await beHookOk(...words, '--filesystem', fs.top);
});

async function withMachine(body: (machine: Machine) => Promise<void>): Promise<void> {
  await withDisk(async (fs) => {
    await body({
      fs,
      run: (...words) => beHookOk(...words, '--filesystem', fs.top),
      names: async () => (await listOf(fs.top)).map(({ name }) => name).sort(),
      configure: async (text) => {
        await tool('mkdir', ['-p', join(fs.top, '@main/etc/be-hook')]);
        await writeFile(join(fs.top, '@main/etc/be-hook/be-hook.conf'), text);
      },
    });
  });
}

/** Makes restore points with these names, the oldest first. */
async function makePoints({ run }: Machine, ...names: readonly string[]): Promise<void> {
  for (const name of names) await run('create', '--automatic', name);
}

interface PlanData {
  readonly steps: readonly { readonly kind: string; readonly path?: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

test("deletes surplus restore points from menu and disk, and keeps users' copies", async () => {
  await withMachine(async (machine) => {
    const { fs, run, names, configure } = machine;
    await makePoints(machine, 'r1', 'r2', 'r3');
    await configure('keep-automatic = 2\n');
    const before = await wholeState({ fs });
    const dry = JSON.parse(await run('prune', '--dry-run', '--json')) as PlanData;
    unchanged(before, await wholeState({ fs }), 'a dry run');
    const deleted = dry.steps.filter(({ kind }) => kind === 'delete-subvolume');
    assert.equal(deleted.map(({ path }) => path).sort(), ['be-hook/r1/root', 'be-hook/r1/volumes/srv-db']);
    assert.ok(deleted.every(({ reason }) => reason === 'keep-automatic = 2 keeps only newer ones'));
    assert.match(await run('prune', '--dry-run'), /delete the subvolume \/be-hook\/r1\/root \(keep-automatic = 2/);

    const { status, stdout, stderr } = await beHook('prune', '--filesystem', fs.top);

    assert.equal([status, stdout], [0, '']);
    assert.match(stderr, /^“r1” is destroyed: keep-automatic = 2 keeps only newer ones\.$/m);
    assert.equal(await names(), ['main', 'mine', 'r2', 'r3']);
    assert.equal((await readdir(join(fs.top, 'be-hook'))).filter((name) => name.startsWith('r')).sort(), ['r2', 'r3']);
    assert.not.match(await tool('btrfs', ['subvolume', 'list', fs.top]), 'be-hook/r1');
    assert.equal([...new Set((await menuOf(fs.top)).entries.map(({ be }) => be))].sort(), await names());
    assert.match(await run('history'), 'prune');
    const again = await wholeState({ fs });
    await run('prune');
    unchanged(again, await wholeState({ fs }), 'a second one');
  });
});

test('runs when a restore point is made', async () => {
  await withMachine(async (machine) => {
    await machine.configure('keep-automatic = 2\n');
    await makePoints(machine, 'r1', 'r2', 'r3', 'r4');
    assert.equal(await machine.names(), ['main', 'mine', 'r3', 'r4']);
    assert.equal(
      [...new Set((await menuOf(machine.fs.top)).entries.map(({ be }) => be))].sort(),
      await machine.names(),
    );
    const subvolumes = await tool('btrfs', ['subvolume', 'list', machine.fs.top]);
    assert.not.match(subvolumes, /be-hook\/r[12]/);
  });
});

const inUse: readonly (readonly [string, string, RegExp])[] = [
  [
    'mounted',
    'mount -o subvol=be-hook/r1/root "$device" "$scratch/m"; echo ready; cat; umount "$scratch/m"',
    /is mounted/,
  ],
  ['at work', 'cd "$top/be-hook/r1/root"; sleep 1000 & echo ready; cat; kill $!', /in use by /],
];

for (const [title, script, says] of inUse) {
  test(`keeps a restore point that is ${title}, and deletes the others`, async () => {
    await withMachine(async (machine) => {
      const { fs, names, configure } = machine;
      await makePoints(machine, 'r1', 'r2', 'r3');
      await configure('keep-automatic = 1\n');
      const scratch = await tool('mktemp', ['-d']);
      await tool('mkdir', [join(scratch, 'm')]);
      const scene: Scene = { fs, scratch, at: (path) => join(fs.top, path) };
      try {
        await during(scene, script, async () => {
          const { status, stderr } = await beHook('prune', '--filesystem', fs.top);
          assert.is(status, 0, stderr);
          assert.match(stderr, /^“r1” is kept, although keep-automatic = 1 keeps only newer ones: .*$/m);
          assert.match(stderr, says);
        });
      } finally {
        await tool('rm', ['-r', scratch]);
      }
      assert.equal(await names(), ['main', 'mine', 'r1', 'r3']);
      await machine.run('prune');
      assert.equal(await names(), ['main', 'mine', 'r3']);
    });
  });
}

test('keeps held and active ones, and respects keep-free and keep-days', async () => {
  await withMachine(async (machine) => {
    const { run, names, configure } = machine;
    await makePoints(machine, 'r1', 'r2', 'r3', 'r4');
    await run('hold', 'r1');
    // No file system has so much free space.
    await configure('keep-free = 99%\n');
    await run('prune');
    assert.equal(await names(), ['main', 'mine', 'r1', 'r3', 'r4']);
    await configure('keep-days = 1\n');
    await run('prune');
    assert.equal(await names(), ['main', 'mine', 'r1', 'r3', 'r4'], 'none is a day old');
    await run('activate', 'r3');
    await configure('');
    await tool('mkdir', ['-p', join(machine.fs.top, 'be-hook/r3/root/etc/be-hook')]);
    await writeFile(join(machine.fs.top, 'be-hook/r3/root/etc/be-hook/be-hook.conf'), 'keep-automatic = 1\n');
    await run('prune');
    assert.equal(await names(), ['main', 'mine', 'r1', 'r3', 'r4']);
  });
});

test('warns about an error in a keep setting, and deletes nothing', async () => {
  await withMachine(async (machine) => {
    await makePoints(machine, 'r1', 'r2');
    await machine.configure('keep-automatic = 1\nkeep-failed = lots\n');
    const { status, stderr } = await beHook('prune', '--filesystem', machine.fs.top);
    assert.is(status, 0);
    assert.match(
      stderr,
      /^be-hook: warning: \/@main\/etc\/be-hook\/be-hook\.conf, line 2: “lots” is not a value of keep-failed, which takes a number from 0 to 999; using the default/m,
    );
    assert.equal(await machine.names(), ['main', 'mine', 'r1', 'r2']);
  });
});

test.run();
