import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FileText } from '../../../lib/model/observation.ts';
import { ownEntries, tokensOf } from '../../../lib/system/entry-kernels.ts';

const entry = (token: string, release: string, prefix = '/'): FileText => ({
  kind: 'text',
  on: 'boot',
  path: `loader/entries/${token}-${release}.conf`,
  text: `version ${release}\nlinux ${prefix}${token}/${release}/linux\ninitrd ${prefix}${token}/${release}/initrd\n`,
});

const test = suite('kernels that entries name');

test('count for this machine unless another system has the same release', () => {
  const [own, foreign, other] = [entry('mine', '6.1'), entry('yours', '6.1'), entry('yours', '6.9')];

  assert.equal(ownEntries([own, foreign, other], ['mine']), [own, other]);
  assert.equal(ownEntries([own, foreign, other], []), [other]);
  assert.equal(ownEntries([foreign, other], ['mine']), [foreign, other]);
});

test('have a token, also in paths that begin with /boot', () => {
  assert.equal(tokensOf([entry('a', '6.1'), entry('b', '6.1', '/boot/'), entry('a', '6.2')]), ['a', 'b']);
});

test.run();
