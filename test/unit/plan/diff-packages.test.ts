import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Package, printVersion } from '../../../lib/model/package.ts';
import { diffPackages } from '../../../lib/plan/diff-packages.ts';

const test = suite('diffPackages');

/** `NAME.ARCH [EPOCH:]VERSION-RELEASE` */
function aPackage(text: string, parallel = false): Package {
  const [, name = '', arch = '', epoch = '0', version = '', release = ''] =
    /^(.*)\.(\w+) (?:(\d+):)?(.*)-(.*)$/.exec(text) ?? [];
  return { name, arch, epoch: Number(epoch), version, release, parallel };
}

function show({ name, arch, ...rest }: Package): string {
  return `${name}.${arch ?? ''} ${printVersion({ name, arch, ...rest })}`;
}

/** The difference of two lists, as text. */
function compared(from: readonly Package[], to: readonly Package[]): object {
  const { added, removed, upgraded, downgraded } = diffPackages(from, to);
  const move = (candidate: { from: Package; to: Package }): string =>
    `${show(candidate.from)} > ${printVersion(candidate.to)}`;
  return {
    added: added.map(show),
    removed: removed.map(show),
    upgraded: upgraded.map(move),
    downgraded: downgraded.map(move),
  };
}

const nothing = { added: [], removed: [], upgraded: [], downgraded: [] };

test('finds no difference between the same packages in another order', () => {
  const all = ['a.noarch 1-1', 'b.x86_64 2:1-1', 'b.i686 2:1-1'].map((text) => aPackage(text));

  assert.equal(compared(all, all.toReversed()), nothing);
  assert.equal(compared([], []), nothing);
});

test('reports added, removed, upgraded and downgraded packages', () => {
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
      upgraded: ['epoch.noarch 9-1 > 1:1-1', 'up.noarch 1.9-1 > 1.10-1'],
      downgraded: ['down.noarch 2-1 > 2~rc1-1'],
    },
  );
});

test('compares each architecture separately', () => {
  const from = ['glibc.x86_64 2-1', 'glibc.i686 2-1', 'tool.noarch 1-1'].map((text) => aPackage(text));
  const to = ['glibc.x86_64 3-1', 'tool.x86_64 1-1'].map((text) => aPackage(text));

  assert.equal(compared(from, to), {
    added: ['tool.x86_64 1-1'],
    removed: ['glibc.i686 2-1', 'tool.noarch 1-1'],
    upgraded: ['glibc.x86_64 2-1 > 3-1'],
    downgraded: [],
  });
});

test('compares each parallel version separately', () => {
  const kernels = ['k.x86_64 6.1-1', 'k.x86_64 6.2-1', 'k.x86_64 6.3-1'].map((text) => aPackage(text, true));
  const [first, second, third] = kernels as [Package, Package, Package];

  assert.equal(compared([first, second], [second, third]), {
    ...nothing,
    added: ['k.x86_64 6.3-1'],
    removed: ['k.x86_64 6.1-1'],
  });
  assert.equal(compared([first], [third]), { ...nothing, added: ['k.x86_64 6.3-1'], removed: ['k.x86_64 6.1-1'] });
});

test('lists both versions that an interrupted upgrade left', () => {
  const [old, young] = [aPackage('app.noarch 1-1'), aPackage('app.noarch 2-1')];

  assert.equal(compared([old], [old, young]), { ...nothing, added: ['app.noarch 2-1'] });
  assert.equal(compared([old, young], [young]), { ...nothing, removed: ['app.noarch 1-1'] });
});

test.run();
