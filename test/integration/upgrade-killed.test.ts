import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { killUpgrades } from '../support/killed-upgrade.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('an upgrade that is killed');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c', 'ps'));

test('leaves the system unchanged at any moment, and the next one succeeds', async () => {
  const seen = await killUpgrades(['be-hook', 'its process group']);
  for (const [victim, hit] of seen) assert.ok(hit.size >= 4, `${victim}: ${[...hit].join(', ')}`);
});

test.run();
