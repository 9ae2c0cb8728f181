import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cutUpgrade } from '../support/cut-upgrade.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('a power cut of an upgrade');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

test('leaves a complete system at any write in any order, and the next upgrade succeeds', async () => {
  const found = await cutUpgrade([
    { prefixes: 12, subsets: 0, atMost: 12 },
    { prefixes: 0, subsets: 100, atMost: 12 },
  ]);
  for (const seen of found) assert.ok(seen.size >= 3, [...seen].join(', '));
});

test.run();
