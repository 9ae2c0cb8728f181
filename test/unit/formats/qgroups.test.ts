import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseQuotaGroups } from '../../../lib/formats/qgroups.ts';

const test = suite('btrfs qgroup show');

test('returns the group of each subvolume, and no higher-level group', () => {
  // Printed by btrfs-progs 6.2.
  const text = `Qgroupid    Referenced    Exclusive   Path
--------    ----------    ---------   ----
0/5             114688       114688   <toplevel>
0/257         26316800        61440   be-hook/clone1/root
1/100         26316800        61440
`;
  assert.equal(
    [...parseQuotaGroups(text)],
    [
      [5, { referenced: 114688, exclusive: 114688 }],
      [257, { referenced: 26316800, exclusive: 61440 }],
    ],
  );
});

test('reads lines without a path, as btrfs-progs before 6 prints them', () => {
  const text =
    'qgroupid         rfer         excl \n--------         ----         ---- \n0/5             16384        16384 \n';
  assert.equal([...parseQuotaGroups(text).keys()], [5]);
});

test('ignores an id that is part of a name', () => {
  const text = '0/257   100   10   a\n0/300   1   1\n0/300   5000   400   b\n0/300   1   1   c\n';
  assert.equal([...parseQuotaGroups(text).keys()], [257]);
});

test.run();
