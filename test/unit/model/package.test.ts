import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareEvr, comparePackages, type InstalledPackage, printVersion } from '../../../lib/model/package.ts';
import { tool } from '../../support/guest/tool.ts';
import { needTool } from '../../support/need-tool.ts';

const versions = suite('compareEvr');

versions('orders like rpm: by epoch, then version, then release', async () => {
  needTool('rpm');
  const all = ['0', '1', '10'].flatMap((epoch) =>
    ['1.9', '1.10', '1.10~rc1', '2'].flatMap((version) =>
      ['1.fc44', '2.fc43', '10'].map((release) => printVersion(epoch, version, release)),
    ),
  );
  const pairs = all.flatMap((a) => all.map((b) => [a, b] as const));
  const calls = pairs.map(([a, b]) => `w("${a}", "${b}")`);
  const answers: number[] = [];
  // All pairs are too long for one macro.
  for (let start = 0; start < calls.length; start += 200) {
    const head = 'local function w(a, b) print(rpm.vercmp(a, b) .. " ") end';
    const text = await tool('rpm', ['--eval', `%{lua: ${head} ${calls.slice(start, start + 200).join(' ')}}`]);
    answers.push(...text.trim().split(/\s+/).map(Number));
  }

  assert.is(answers.length, pairs.length);
  const wrong = pairs.filter(([a, b], index) => Math.sign(compareEvr(a, b)) !== answers[index]);
  assert.equal(wrong, []);
});

versions('does not print an epoch of 0', () => {
  assert.is(printVersion('0', '1.0', '2.fc44'), '1.0-2.fc44');
  assert.is(printVersion('3', '1.0', '2.fc44'), '3:1.0-2.fc44');
});

versions.run();

const test = suite('comparePackages');

/** `NAME[.ARCH] [EPOCH:]VERSION-RELEASE` */
function aPackage(text: string, parallel = false): InstalledPackage {
  const [, name = '', arch, version = ''] = /^(.*?)(?:\.(\w+))? (.*)$/.exec(text) ?? [];
  return { name, arch, version, parallel };
}

/** The changes between two lists, as text. */
function compared(from: readonly InstalledPackage[], to: readonly InstalledPackage[]): object {
  const { added, removed, changed } = comparePackages(from, to);
  const named = ({ name, arch }: { name: string; arch: string | undefined }): string => `${name}.${arch}`;
  return {
    added: added.map((candidate) => `${named(candidate)} ${candidate.version}`),
    removed: removed.map((candidate) => `${named(candidate)} ${candidate.version}`),
    changed: changed.map((candidate) => `${named(candidate)} ${candidate.from} > ${candidate.to}`),
  };
}

const nothing = { added: [], removed: [], changed: [] };

test('finds no difference between the same packages in another order', () => {
  const all = ['a.noarch 1-1', 'b.x86_64 2:1-1', 'b.i686 2:1-1'].map((text) => aPackage(text));

  assert.equal(compared(all, all.toReversed()), nothing);
  assert.equal(compared([], []), nothing);
});

test('reports added, removed and changed packages', () => {
  const from = ['gone.noarch 1-1', 'up.noarch 1.9-1', 'down.noarch 2-1', 'epoch.noarch 9-1', 'same.noarch 1-1'];
  const to = ['new.noarch 1-1', 'up.noarch 1.10-1', 'down.noarch 2~rc1-1', 'epoch.noarch 1:1-1', 'same.noarch 1-1'];

  assert.equal(
    compared(
      from.map((text) => aPackage(text)),
      to.map((text) => aPackage(text)),
    ),
    {
      added: ['new.noarch 1-1'],
      removed: ['gone.noarch 1-1'],
      changed: ['down.noarch 2-1 > 2~rc1-1', 'epoch.noarch 9-1 > 1:1-1', 'up.noarch 1.9-1 > 1.10-1'],
    },
  );
});

test('compares each architecture separately', () => {
  const from = ['glibc.x86_64 2-1', 'glibc.i686 2-1', 'tool.noarch 1-1'].map((text) => aPackage(text));
  const to = ['glibc.x86_64 3-1', 'tool.x86_64 1-1'].map((text) => aPackage(text));

  assert.equal(compared(from, to), {
    added: ['tool.x86_64 1-1'],
    removed: ['glibc.i686 2-1', 'tool.noarch 1-1'],
    changed: ['glibc.x86_64 2-1 > 3-1'],
  });
});

test('compares packages without an architecture', () => {
  assert.equal(comparePackages([aPackage('key 1-1')], [aPackage('key 2-1')]).changed, [
    { name: 'key', arch: undefined, from: '1-1', to: '2-1' },
  ]);
});

test('compares each parallel version separately', () => {
  const kernels = ['k.x86_64 6.1-1', 'k.x86_64 6.2-1', 'k.x86_64 6.3-1'].map((text) => aPackage(text, true));
  const [first, second, third] = kernels as [InstalledPackage, InstalledPackage, InstalledPackage];

  assert.equal(compared([first, second], [second, third]), {
    ...nothing,
    added: ['k.x86_64 6.3-1'],
    removed: ['k.x86_64 6.1-1'],
  });
  assert.equal(compared([first], [third]), { ...nothing, added: ['k.x86_64 6.3-1'], removed: ['k.x86_64 6.1-1'] });
});

test('lists versions that rpm considers equal as added and removed', () => {
  assert.equal(compared([aPackage('app.noarch 1.0-1')], [aPackage('app.noarch 1.00-1')]), {
    ...nothing,
    added: ['app.noarch 1.00-1'],
    removed: ['app.noarch 1.0-1'],
  });
});

test('lists both versions that an interrupted upgrade left', () => {
  const [old, young] = [aPackage('app.noarch 1-1'), aPackage('app.noarch 2-1')];

  assert.equal(compared([old], [old, young]), { ...nothing, added: ['app.noarch 2-1'] });
  assert.equal(compared([old, young], [young]), { ...nothing, removed: ['app.noarch 1-1'] });
});

test.run();
