import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Manifest } from '../../lib/model/manifest.ts';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { importFrom, subvolumesOf, withStreamScene } from '../support/stream-scene.ts';

const test = suite('hostile streams');

/** The content of a hostile stream: a root and a manifest. */
interface Made {
  readonly root: string;
  readonly manifest: Manifest;
}

/** Makes a stream by hand, as any user with a btrfs file system can. */
async function makeStream(
  fs: LoopBtrfs,
  file: string,
  nth: number,
  change: (made: Made) => Promise<Manifest | string> | Manifest | string,
): Promise<void> {
  const paths = ['root', 'volume-1', 'manifest'].map((name) => `made${nth}/${name}`);
  for (const path of paths) await fs.subvolume(path);
  const root = join(fs.top, `made${nth}/root`);
  await mkdir(join(root, 'etc'));
  await writeFile(join(root, 'etc/os-release'), 'NAME=Evil\n');
  await writeFile(join(root, 'etc/fstab'), `UUID=${fs.uuid} / btrfs subvol=r 0 0\n`);
  await writeFile(join(fs.top, `made${nth}/volume-1/file`), 'text\n');
  const manifest: Manifest = {
    version: 1,
    name: 'evil',
    filesystem: { uuid: fs.uuid, sources: [`UUID=${fs.uuid}`] },
    subvolumes: [
      { name: 'root', id: 256, path: 'r' },
      { name: 'volume-1', id: 257, path: 'r/v', mountpoint: '/v', inside: { name: 'root', at: 'v' } },
    ],
    shared: [],
  };
  const changed = await change({ root, manifest });
  const text = typeof changed === 'string' ? changed : JSON.stringify(changed);
  await writeFile(join(fs.top, `made${nth}/manifest/manifest.json`), text);
  const all = paths.map((path) => join(fs.top, path));
  for (const path of all) await tool('btrfs', ['property', 'set', '-ts', path, 'ro', 'true']);
  await tool('sh', ['-c', 'file=$1; shift; btrfs -q send "$@" >"$file"', 'sh', file, ...all]);
}

/** The manifest with another path of the volume. */
function placed({ manifest }: Made, at: string): Manifest {
  const inside = { name: 'root', at };
  return {
    ...manifest,
    subvolumes: manifest.subvolumes.map((candidate) =>
      candidate.name === 'root' ? candidate : { ...candidate, inside },
    ),
  };
}

const refused: readonly (readonly [string, RegExp, Parameters<typeof makeStream>[3]])[] = [
  ['a path that leads out', /does not end with a manifest/, (made) => placed(made, '../../../../@other/v')],
  ['an absolute path', /does not end with a manifest/, (made) => placed(made, '/etc/v')],
  [
    'a link where the volume is to lie',
    /\/root\/out is a symbolic link/,
    async (made) => {
      await symlink('/tmp', join(made.root, 'out'));
      return placed(made, 'out/in');
    },
  ],
  ['a manifest of another kind', /does not end with a manifest/, () => '[1]'],
  [
    'a manifest of a newer be-hook',
    /a newer be-hook made it/,
    ({ manifest }) => JSON.stringify({ ...manifest, version: 2 }),
  ],
  [
    'a manifest that requires more',
    /a newer be-hook made it, and it requires hard-links/,
    ({ manifest }) => JSON.stringify({ ...manifest, requires: ['hard-links'] }),
  ],
  [
    'more subvolumes than the manifest lists',
    /its subvolumes are not those of its manifest/,
    ({ manifest }) => ({ ...manifest, subvolumes: manifest.subvolumes.slice(0, 1) }),
  ],
  [
    'no os-release',
    /it has no os-release/,
    async ({ root, manifest }) => {
      await tool('rm', [join(root, 'etc/os-release')]);
      return manifest;
    },
  ],
  [
    'a malformed fstab',
    /cannot parse its fstab: [^;]*etc\/fstab, line 1/,
    async ({ root, manifest }) => {
      await writeFile(join(root, 'etc/fstab'), 'nonsense\n');
      return manifest;
    },
  ],
  [
    'a root that a user can change',
    /other users can write to its root/,
    async ({ root, manifest }) => {
      await tool('chown', ['1000', root]);
      return manifest;
    },
  ],
];

test('cannot write outside of the import, and are refused if they hold no system', async () => {
  await withStreamScene(async ({ from, to, file }) => {
    const before = await subvolumesOf(to);
    for (const [index, [what, why, change]] of refused.entries()) {
      await makeStream(from, file, index, change);
      const { status, stderr } = await importFrom(file, to, 'guest');
      assert.ok([65, 73].includes(status), `${what}: ${status} ${stderr}`);
      assert.match(stderr, why, what);
      assert.equal(await subvolumesOf(to), before, what);
    }
  });
});

test('have their links resolved inside the import, and their marks ignored', async () => {
  await withStreamScene(async ({ from, to, file }) => {
    await makeStream(from, file, 0, async ({ root, manifest }) => {
      await tool('rm', [join(root, 'etc/fstab')]);
      await writeFile(join(root, 'real'), `UUID=${from.uuid} / btrfs subvol=r 0 0\n`);
      await symlink('/real', join(root, 'etc/fstab'));
      const mark = JSON.stringify({ version: 1, name: 'other', uuid: to.uuid, created: 1 });
      for (const name of ['environment', 'doomed', 'active', 'incomplete'])
        await tool('setfattr', ['-n', `trusted.be-hook.${name}`, '-v', mark, root]);
      return manifest;
    });
    const { status, stderr } = await importFrom(file, to, 'guest');
    assert.is(status, 0, stderr);
    const real = await readFile(join(to.top, 'be-hook/guest/root/real'), 'utf8');
    assert.is(real, `UUID=${to.uuid} / btrfs subvol=be-hook/guest/root 0 0\n`);
    const made = ['', '/v'].map((path) => `be-hook/guest/root${path}`);
    assert.equal(await subvolumesOf(to), ['@other', ...made]);
  });
});

test.run();
