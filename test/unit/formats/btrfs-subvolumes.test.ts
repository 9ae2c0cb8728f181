import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseSubvolumeShow } from '../../../lib/formats/btrfs-show.ts';
import { parseSubvolumeList, type SubvolumeListing } from '../../../lib/formats/btrfs-subvolumes.ts';
import type { Subvolume } from '../../../lib/model/observation.ts';
import { listSubvolumes } from '../../../lib/system/list-subvolumes.ts';
import { uuidOf } from '../../support/builders.ts';
import { tool } from '../../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../../support/loop-btrfs.ts';
import { needTool } from '../../support/need-tool.ts';

async function list(fs: LoopBtrfs): Promise<SubvolumeListing> {
  return parseSubvolumeList(await tool('btrfs', ['subvolume', 'list', '-p', '-c', '-g', '-u', '-q', '-R', fs.top]));
}

async function show(fs: LoopBtrfs, path: string): Promise<Subvolume | undefined> {
  return parseSubvolumeShow(await tool('btrfs', ['subvolume', 'show', join(fs.top, path)]), path);
}

const forged = (id: number, uuid: string, path: string): string =>
  `ID ${id} gen 7 cgen 7 parent 5 top level 5 parent_uuid - received_uuid - uuid ${uuid} path ${path}`;

const test = suite('btrfs subvolume list');

test('has the same data as btrfs subvolume show, with the origin of snapshots', async () => {
  needTool('btrfs', 'mkfs.btrfs');
  await withBtrfs({}, async (fs) => {
    await mkdir(join(fs.top, 'roots'));
    await fs.subvolume('@');
    await fs.subvolume('roots/two words');
    await fs.subvolume('@/nested');
    await fs.snapshot('@', 'roots/copy');
    const paths = [
      '@',
      'roots/two words',
      '@/nested',
      'roots/copy',
      'ünï',
      'path x',
      '  ',
      'cr\rhere',
      'sep\u2028here',
    ];
    for (const path of paths.slice(4)) await fs.subvolume(path);

    const { subvolumes, ambiguous } = await list(fs);

    assert.equal(ambiguous, []);
    const byId = (a: Subvolume, b: Subvolume): number => a.id - b.id;
    const shown = await Promise.all(paths.map(async (path) => await show(fs, path)));
    assert.equal([...subvolumes].sort(byId), shown.filter((candidate) => candidate !== undefined).sort(byId));
    assert.is(subvolumes.find(({ path }) => path === 'roots/copy')?.parentUuid, shown[0]?.uuid);
  });
});

test('a name like the end of a line does not give its subvolume a false identity', async () => {
  needTool('btrfs', 'mkfs.btrfs');
  await withBtrfs({}, async (fs) => {
    await fs.subvolume('@');
    const evil = `x uuid ${uuidOf(1)} path @evil`;
    await fs.subvolume(evil);

    const { subvolumes, ambiguous } = await list(fs);

    assert.equal(ambiguous, []);
    assert.equal(
      subvolumes.find(({ path }) => path === evil),
      await show(fs, evil),
    );
  });
});

test('a line break in a name makes the copied line ambiguous', async () => {
  needTool('btrfs', 'mkfs.btrfs');
  await withBtrfs({}, async (fs) => {
    await fs.subvolume('@');
    await fs.subvolume('@home');
    const victim = await show(fs, '@');
    if (victim === undefined) throw new Error('@ was not shown');
    const evil = `@home/x\n${forged(victim.id, uuidOf(1), 'y')}`;
    await fs.subvolume(evil);

    const { subvolumes, ambiguous } = await list(fs);

    assert.equal(
      ambiguous.map(({ id }) => id),
      [victim.id, victim.id],
    );
    assert.equal(
      subvolumes.map(({ path }) => path),
      ['@home', '@home/x'],
    );
  });
});

test('the name of a read-only subvolume does not make another subvolume read-only', async () => {
  needTool('btrfs', 'mkfs.btrfs');
  await withBtrfs({}, async (fs) => {
    await fs.subvolume('@');
    await fs.subvolume('@home');
    const victim = await show(fs, '@');
    if (victim === undefined) throw new Error('@ was not shown');
    const evil = await fs.subvolume(`@home/x\n${forged(victim.id, victim.uuid, '@')}`);
    await tool('btrfs', ['property', 'set', evil, 'ro', 'true']);

    const { readOnly, subvolumes } = await listSubvolumes({
      top: fs.top,
      enter: ['env', '--'],
      source: '',
      mountedAt: fs.top,
      takeLists: () => Promise.resolve(undefined),
    });
    assert.not(readOnly.has(victim.id));
    assert.ok(subvolumes.some(({ id, path }) => id === victim.id && path === '@'));
  });
});

test('two lines with the same id, uuid or path are ambiguous', () => {
  const real = forged(256, uuidOf(256), '@');
  for (const other of [forged(256, uuidOf(9), 'b'), forged(999, uuidOf(256), 'b'), forged(999, uuidOf(9), '@')]) {
    const { subvolumes, ambiguous } = parseSubvolumeList(`${real}\n${other}\n`);
    assert.equal([subvolumes.length, ambiguous.length], [0, 2], other);
  }
});

test('ignores a line of another format', () => {
  assert.equal(parseSubvolumeList('\nWARNING: x\nID x gen 1\n'), { subvolumes: [], ambiguous: [] });
});

test.run();
