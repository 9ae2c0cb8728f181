import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cutUpgrade } from '../support/cut-upgrade.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('power cut of an upgrade');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

test('at any write a whole system boots, nothing of the old one has changed, and the next upgrade succeeds', async () => {
  const seen = await cutUpgrade({ prefixes: 12, subsets: 0, atMost: 12 });
  assert.ok(seen.size >= 3, [...seen].join(', '));
});

test.run();
