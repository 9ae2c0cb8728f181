import { readFile, rm, writeFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { needTool } from '../support/need-tool.ts';
import { beHook, beHookOk, listOf } from '../support/program.ts';
import {
  checkRefusal,
  during,
  refuses,
  type Scene,
  sharedScene,
  threeEnvironments,
  withThreeEnvironments,
} from '../support/refusal-scene.ts';
import { makeRoot } from '../support/root-tree.ts';

/* be-hook refuses copies that cannot be made and names that cannot be used. Nothing changes. */
const test = suite('be-hook create, snapshot and rename');

const shared = sharedScene(threeEnvironments);
test.before(shared.open);
test.after(shared.close);

const invalid = [
  'a b',
  ' a',
  "it's",
  '"a"',
  '..',
  '.hidden',
  'a/b',
  '../be1',
  '/etc',
  'a\nb',
  'a\tb',
  'a\\b',
  '$(halt)',
  '`halt`',
  'a;b',
  'a*',
  '_a',
  '+a',
  'ü',
  '日本',
  'a\u0301',
  'x+3',
  'x+3-1',
  'a'.repeat(65),
  'a'.repeat(255),
  'x'.repeat(4096),
];

test('refuse a name that a loader, a shell or a path could interpret', async () => {
  const says = /as the name of a boot environment; use at most 64 letters, digits and/;
  await refuses(
    shared.scene(),
    invalid.map((name) => ['create', '-e', 'be2', '--', name]),
    { status: 1, says },
  );
});

test('refuse such a name for rename and for a snapshot, too', async () => {
  const says = /as the name of a boot environment; use at most 64 letters, digits and/;
  const names = ['a b', '..', 'x+3', 'ü', '-x'];
  const commands = [
    ...names.map((name) => ['rename', '--', 'be2', name]),
    ...names.slice(0, 2).map((name) => ['snapshot', '--', `be2@${name}`]),
    ['create', '--', 'be2@a/b'],
    ['create', '--', 'be2@'],
    ['create', '-e', 'be2', '--', '-x'],
  ];
  await refuses(shared.scene(), commands, { status: 1, says });
});

test('treat a name that begins with a dash as an unknown option', async () => {
  await refuses(shared.scene(), [['create', '-e', 'be2', '-x']], { status: 64, says: /-x/ });
});

test('refuse a name that a loader cannot distinguish from an existing name', async () => {
  const scene = shared.scene();
  const names = ['be2', 'BE2', 'Be2', 'be02', 'be-2', 'be.2', 'b_e2'.replace('_', '').toUpperCase()];
  const says = /cannot use the name “\S+”: the boot environment in \/@be2 has the same name/;
  const created = names.map((name) => ['create', '-e', 'be1', name]);
  const renamed = names.map((name) => ['rename', 'be1', name]);
  await refuses(scene, [...created, ...renamed], { status: 2, says });
  const taken = /cannot make the snapshot “be2@s”: it already exists/;
  await refuses(
    scene,
    [
      ['snapshot', 'be2@s'],
      ['create', 'be2@s'],
    ],
    { status: 2, says: taken },
  );
});

test('refuse a missing source', async () => {
  const sources = ['missing', 'be2@nothing', '@be2', '../be2', 'be-hook/made/root'];
  const says = /cannot find the (boot environment|snapshot) “/;
  await refuses(
    shared.scene(),
    sources.map((from) => ['create', 'new', '-e', from]),
    { status: 3, says },
  );
});

/** Changes the text of a file of be2 while `body` runs. */
async function withText(scene: Scene, path: string, text: string | Buffer, body: () => Promise<void>): Promise<void> {
  const old = await readFile(scene.at(path));
  await writeFile(scene.at(path), text);
  try {
    await body();
  } finally {
    await writeFile(scene.at(path), old);
  }
}

const ofBe2 = [
  ['create', 'new', '-e', 'be2'],
  ['create', 'new', '-e', 'be2', '-a'],
  ['snapshot', 'be2@new'],
];

const texts: readonly { title: string; path: string; text: string | Buffer; status: number; says: RegExp }[] = [
  { title: 'no valid line', path: '@be2/etc/fstab', text: 'garbage\n', status: 65, says: /@be2\/etc\/fstab, line 1: / },
  {
    title: 'no text',
    path: '@be2/etc/fstab',
    text: Buffer.from([0xff, 0xfe, 0]),
    status: 66,
    says: /cannot read \/@be2\/etc\/fstab: it is not UTF-8 text/,
  },
  {
    title: 'a /boot of its own',
    path: '@be2/etc/fstab',
    text: 'UUID=a / btrfs defaults 0 0\nUUID=b /boot ext4 defaults 0 2\n',
    status: 78,
    says: /the \/boot of “be2” is a file system of its own \(ext4 on UUID=b, by line 2 of its fstab; be-hook cannot open this file system: .*\)/,
  },
];

for (const { title, path, text, status, says } of texts) {
  test(`refuse a source whose fstab has ${title}`, async () => {
    const scene = shared.scene();
    await withText(scene, path, text, () => refuses(scene, ofBe2, { status, says }));
  });
}

test('refuse a source whose /boot is a subvolume that does not exist', async () => {
  const scene = shared.scene();
  const { uuid } = scene.fs;
  const text = `UUID=${uuid} / btrfs subvol=@be2 0 0\nUUID=${uuid} /boot btrfs subvol=gone 0 0\n`;
  const says = /the \/boot of “be2” .*gone/;
  await withText(scene, '@be2/etc/fstab', text, () => refuses(scene, ofBe2, { status: 78, says }));
});

const swapOn = (path: string): string => `
touch "$top/${path}"; chattr +C "$top/${path}"; chmod 600 "$top/${path}"
dd if=/dev/zero of="$top/${path}" bs=1M count=8 status=none; sync -f "$top"
mkswap -q "$top/${path}"
# The kernel refuses while the cleaner, or a snapshot, is at work in the subvolume.
for try in 1 2 3 4 5 6 7 8 9; do swapon "$top/${path}" && break; sleep 1; done
grep -q "${path} " /proc/swaps
echo ready; read -r _ || :
swapoff "$top/${path}"; rm "$top/${path}"`;

/** A machine that runs out of memory meanwhile swaps into these files. */
const kernelWrites = /\/swapfile /;

test('refuse a source with an active swap file, and name the file', async () => {
  needTool('chattr', 'mkswap', 'swapon');
  const scene = shared.scene();
  await during(scene, swapOn('@be2/swapfile'), async () => {
    const says = /cannot copy “be2”: the system swaps to \S*\/@be2\/swapfile in it; move the swap file/;
    await refuses(scene, ofBe2, { status: 65, says, kernelWrites });
  });
});

test('refuse a swap file in a cloned volume, but not in a shared volume', async () => {
  needTool('chattr', 'mkswap', 'swapon');
  await withThreeEnvironments(async (fs) => {
    const scene: Scene = { fs, scratch: '/', at: (path) => `${fs.top}/${path}` };
    await during(scene, swapOn('@db/swapfile'), async () => {
      const says = /cannot copy “be1”: the system swaps to \S*\/@db\/swapfile in it/;
      await refuses(
        scene,
        [
          ['create', 'new', '-e', 'be1'],
          ['snapshot', 'be1@new'],
        ],
        { status: 65, says, kernelWrites },
      );

      await beHookOk('volume', 'set', '/srv/db', 'shared', '--filesystem', fs.top);
      await beHookOk('create', 'new', '-e', 'be1', '--filesystem', fs.top);
    });
  });
});

test('begin nothing where there is too little space', async () => {
  await withBtrfs({ sizeMiB: 160, mkfs: ['--mixed'] }, async (fs) => {
    await makeRoot(fs, '@be1', { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', '@be1', '--filesystem', fs.top);
    await fill(fs.top, 8);

    const says = /this needs 16 MiB on the file system, and \d+ [KM]iB are free; nothing was changed; free some space/;
    await refuses(
      { fs },
      [
        ['create', 'new'],
        ['snapshot', 'be1@s'],
      ],
      { status: 73, says },
    );
  });
});

test('delete a copy again when the disk is full before it is complete', async () => {
  await withBtrfs({ sizeMiB: 256, mkfs: ['--mixed'] }, async (fs) => {
    await makeRoot(fs, '@be1', { kernels: ['6.1.0-1'] });
    await makeRoot(fs, '@be2', { kernels: ['6.1.0-1'] });
    await fs.subvolume('@be2/var/lib/machines');
    const grubCfg = `${fs.top}/@be2/boot/grub/grub.cfg`;
    // The rewritten file of the copy is longer than the free space.
    const line = `# ${'long '.repeat(10_000)}\n`;
    await writeFile(grubCfg, `${await readFile(grubCfg, 'utf8')}${line.repeat(600)}`);
    for (const name of ['@be1', '@be2']) await beHookOk('adopt', name, '--filesystem', fs.top);
    await fill(fs.top, 20);

    const says = /cannot write \/be-hook\/new\/root\/boot\/grub\/grub.cfg: no space left; nothing was changed/;
    await refuses({ fs }, [['create', 'new', '-e', 'be2']], { status: 73, says });

    await rm(`${fs.top}/filler`);
    await beHookOk('create', 'new', '-e', 'be2', '--filesystem', fs.top);
  });
});

/** Fills a file system until so many MiB are left. */
async function fill(top: string, left: number): Promise<void> {
  await tool('sync', ['-f', top]);
  const free =
    Number(await tool('stat', ['-f', '-c', '%a', top])) * Number(await tool('stat', ['-f', '-c', '%S', top]));
  await tool('fallocate', ['--length', `${Math.floor(free / 1048576) - left}MiB`, `${top}/filler`]);
  await tool('sync', ['-f', top]);
}

test('refuse a read-only file system', async () => {
  await withThreeEnvironments(async (fs) => {
    await fs.remount('ro');
    const commands = [
      ...ofBe2,
      ['destroy', '-F', 'be2'],
      ['rollback', 'be2@s'],
      ['hold', 'be2'],
      ['rename', 'be2', 'x'],
    ];
    await refuses({ fs }, commands, { status: 73, says: /read-only; nothing was changed/ });
    assert.is((await listOf(fs.top)).length, 3);
  });
});

test('refuse a place that is not on btrfs', async () => {
  const { scratch } = shared.scene();
  const words = ['create', 'new', '--filesystem', scratch];
  checkRefusal(await beHook(...words), { status: 78, says: /is \S+, not btrfs; use a btrfs root/ }, words);
});

test.run();
