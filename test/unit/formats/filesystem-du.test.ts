import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDiskUsage } from '../../../lib/formats/filesystem-du.ts';

const test = suite('btrfs filesystem du');

// Printed by btrfs-progs 6.2.
const two = `     Total   Exclusive  Set shared  Filename
  24731648      114688    24616960  /tmp/be-hook/a/root
    102400      102400           0  /tmp/be-hook/a/volumes/var lib
`;

test('adds the numbers of all paths', () => {
  assert.equal(parseDiskUsage(two, 2), { total: 24834048, exclusive: 217088 });
});

test('returns 0 for an empty tree', () => {
  assert.equal(
    parseDiskUsage('     Total   Exclusive  Set shared  Filename\n      0           0           0  /a\n', 1),
    {
      total: 0,
      exclusive: 0,
    },
  );
});

test('returns no sum if there are fewer or more rows than paths', () => {
  assert.is(parseDiskUsage(two, 1), undefined);
  assert.is(parseDiskUsage(two, 3), undefined);
  assert.is(parseDiskUsage('', 1), undefined);
});

test.run();
