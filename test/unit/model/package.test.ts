import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { comparePackages, type Package, printVersion } from '../../../lib/model/package.ts';
import { tool } from '../../support/guest/tool.ts';
import { needTool } from '../../support/need-tool.ts';

const test = suite('comparePackages');

function aPackage(epoch: number, version: string, release: string): Package {
  return { name: 'app', arch: 'noarch', epoch, version, release, parallel: false };
}

test('orders like rpm: by epoch, then version, then release', async () => {
  needTool('rpm');
  const all = [0, 1, 10].flatMap((epoch) =>
    ['1.9', '1.10', '1.10~rc1', '2'].flatMap((version) =>
      ['1.fc44', '2.fc43', '10'].map((release) => aPackage(epoch, version, release)),
    ),
  );
  const pairs = all.flatMap((a) => all.map((b) => [a, b] as const));
  const calls = pairs.map(([a, b]) => `w("${printVersion(a)}", "${printVersion(b)}")`);
  const answers: number[] = [];
  // All pairs are too long for one macro.
  for (let start = 0; start < calls.length; start += 200) {
    const head = 'local function w(a, b) print(rpm.vercmp(a, b) .. " ") end';
    const text = await tool('rpm', ['--eval', `%{lua: ${head} ${calls.slice(start, start + 200).join(' ')}}`]);
    answers.push(...text.trim().split(/\s+/).map(Number));
  }

  assert.is(answers.length, pairs.length);
  const wrong = pairs.filter(([a, b], index) => Math.sign(comparePackages(a, b)) !== answers[index]);
  assert.equal(wrong, []);
});

test('does not print an epoch of 0', () => {
  assert.is(printVersion(aPackage(0, '1.0', '2.fc44')), '1.0-2.fc44');
  assert.is(printVersion(aPackage(3, '1.0', '2.fc44')), '3:1.0-2.fc44');
});

test.run();
