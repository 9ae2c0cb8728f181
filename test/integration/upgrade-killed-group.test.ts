import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { killUpgrades } from '../support/killed-upgrade.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('an upgrade whose process group is killed');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c', 'ps'));

test('leaves the system unchanged at any moment, and the next one succeeds', async () => {
  const seen = await killUpgrades('its process group', 10);
  assert.ok(seen.size >= 4, [...seen].join(', '));
});

test.run();
