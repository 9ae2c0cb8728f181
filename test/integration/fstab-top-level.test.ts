import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { beHookOk, listOf } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';
import { exportTo, importFrom } from '../support/stream-scene.ts';

const test = suite('fstab lines for the top level');

/** Options that mount the top level, as mount(8) of this machine accepts them. */
const choices = [
  'subvolid=5',
  'subvolid=0',
  'subvolid=0x5',
  'subvol=/',
  'subvol=//',
  'subvol=/,subvolid=5',
  'subvolid=5,subvol=/',
  'noatime,subvolid=5,compress=zstd:1',
  'subvolid=256,subvolid=5',
  'rw,subvol=\\057,noatime',
];

const linesOf = (fs: LoopBtrfs): readonly string[] =>
  choices.map((options, index) => `UUID=${fs.uuid}\t/mnt/top${index}  btrfs ${options} 0 0 # ${index}`);

/** Makes an environment `fedora` whose fstab mounts the top level with each of these options, and a data volume. */
async function makeFedora(fs: LoopBtrfs, subvolume: string): Promise<void> {
  const own = subvolume === '' ? 'subvolid=5' : `subvol=${subvolume}`;
  const root = `UUID=${fs.uuid} / btrfs ${own} 0 0`;
  const data = `UUID=${fs.uuid} /srv/my\\040data btrfs subvol=with\\040space,noatime 0 0`;
  const fstab = [root, ...linesOf(fs), data, ''].join('\n');
  if (subvolume === '') await writeRoot(fs, fstab);
  else await makeRoot(fs, subvolume, { kernels: ['6.1.0-1'], fstab });
  await fs.subvolume('with space');
  await beHookOk('adopt', subvolume === '' ? '/' : subvolume, '--name', 'fedora', '--filesystem', fs.top);
}

/** Makes a system in the top level itself. */
async function writeRoot(fs: LoopBtrfs, fstab: string): Promise<void> {
  await makeRoot(fs, 'made', { kernels: ['6.1.0-1'], fstab });
  await tool('sh', ['-c', 'cp -a "$1"/made/. "$1"/ && btrfs -q subvolume delete "$1"/made', 'sh', fs.top]);
}

/** Mounts every line of a copy's fstab with the real mount(8), and expects the subvolume that it named before. */
async function check(fs: LoopBtrfs, root: string, lines: readonly string[]): Promise<void> {
  const text = await readFile(join(root, 'etc/fstab'), 'utf8');
  for (const line of lines) assert.ok(text.split('\n').includes(line), `${line} is not in\n${text}`);
  const script = `
set -e
dir=$1 tab=$2 uuid=$3 device=$4
mount -t tmpfs tmpfs "$dir"
while read -r source target type options _; do
  case $source in '#'* | '') continue ;; esac
  [ "$type" = btrfs ] || continue
  # Other tests make and remove disks: the search for a UUID would come upon one that goes.
  if [ "$source" = "UUID=$uuid" ]; then source=$device; fi
  mkdir -p "$dir/m"
  printf '%s %s %s %s 0 0\\n' "$source" "$dir/m" "$type" "$options" >"$dir/tab"
  mount -a -T "$dir/tab"
  echo "$target $(btrfs inspect-internal rootid "$dir/m")"
  umount "$dir/m"
done <"$tab"
`;
  const place = join(fs.top, '../mounted');
  await mkdir(place, { recursive: true });
  const apart = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'];
  const words = [place, join(root, 'etc/fstab'), fs.uuid, fs.device];
  const ids = new Map(
    (await tool('unshare', [...apart, ...words])).split('\n').map((line) => line.split(' ') as [string, string]),
  );
  const own = await tool('btrfs', ['inspect-internal', 'rootid', root]);
  assert.is(ids.get('/'), own);
  choices.forEach((options, index) => {
    assert.is(ids.get(`/mnt/top${index}`), '5', options);
  });
  const verify = 'findmnt --verify --tab-file "$1" 2>&1 || :';
  assert.not.match(await tool('sh', ['-c', verify, 'sh', join(root, 'etc/fstab')]), /[1-9][0-9]* parse error/);
}

test('survive create, rollback and a copy of a copy', async () => {
  await withBtrfs({ sizeMiB: 512 }, async (fs) => {
    const run = (...words: string[]): Promise<string> => beHookOk(...words, '--filesystem', fs.top);
    await makeFedora(fs, '@');
    await run('create', 'two');
    await run('create', '-e', 'two', 'three');
    await run('snapshot', 'two@kept');
    await run('rollback', 'two@kept');
    const copies = (await listOf(fs.top)).filter(({ name }) => name !== 'fedora');
    assert.equal(copies.map(({ name }) => name).sort(), ['three', 'two']);
    for (const { subvolume } of copies) await check(fs, join(fs.top, subvolume.path), linesOf(fs));
  });
});

test('survive copying a system that is in the top level itself', async () => {
  await withBtrfs({ sizeMiB: 512 }, async (fs) => {
    await makeFedora(fs, '');
    await beHookOk('create', 'two', '--filesystem', fs.top);
    await check(fs, join(fs.top, 'be-hook/two/root'), linesOf(fs));
  });
});

test('survive an import, and then name the top level of the new file system', async () => {
  await withBtrfs({ sizeMiB: 512 }, async (from) => {
    await makeFedora(from, '@');
    await withBtrfs({ sizeMiB: 512 }, async (to) => {
      await to.subvolume('with space');
      const file = join(from.top, '../stream');
      assert.is((await exportTo(file, from, 'fedora')).status, 0);
      const ran = await importFrom(file, to, 'fedora');
      assert.is(ran.status, 0, ran.stderr);
      await check(to, join(to.top, 'be-hook/fedora/root'), linesOf(to));
    });
  });
});

test.run();
