import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cutUpgrade } from '../support/cut-upgrade.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('power cut of an upgrade, by a disk that writes in an order of its own');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

test('whatever had reached it, a whole system boots, the old one is what it was, the next upgrade succeeds', async () => {
  const seen = await cutUpgrade({ prefixes: 0, subsets: 100, atMost: 12 });
  assert.ok(seen.size >= 3, [...seen].join(', '));
});

test.run();
