import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cutUpgrade } from '../support/cut-upgrade.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('a power cut of an upgrade on a disk that reorders writes');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

test('leaves a complete system in any order, and the next upgrade succeeds', async () => {
  const seen = await cutUpgrade({ prefixes: 0, subsets: 100, atMost: 12 });
  assert.ok(seen.size >= 3, [...seen].join(', '));
});

test.run();
