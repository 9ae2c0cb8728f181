import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { killUpgrades } from '../support/killed-upgrade.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('upgrades that are killed: its process group');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c', 'ps'));

test('at any moment the system is what it was, nothing is left running, and the next upgrade succeeds', async () => {
  const seen = await killUpgrades('its process group', 10);
  assert.ok(seen.size >= 4, [...seen].join(', '));
});

test.run();
