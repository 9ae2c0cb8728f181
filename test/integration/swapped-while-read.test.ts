import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareTrees } from '../../lib/system/compare-trees.ts';
import { stat } from '../../lib/system/files.ts';
import { type Root, readInside } from '../../lib/system/inside.ts';
import { runCleanly } from '../support/program.ts';

/* A user replaces a file or a directory after be-hook has examined it and before be-hook reads it. */
const test = suite('names that are swapped while be-hook reads them');

function withDirectory(body: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'be-hook-read-'));
  try {
    body(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test('lead a comparison to no other directory when a link replaces one', () => {
  withDirectory((directory) => {
    for (const place of ['from/many', 'from/z', 'to/many', 'outside'])
      mkdirSync(join(directory, place), { recursive: true });
    for (let n = 0; n < 1100; n += 1) writeFileSync(join(directory, 'from/many', String(n)), '');
    writeFileSync(join(directory, 'outside/secret'), '');
    let swapped = false;
    const swap = (): void => {
      if (swapped) return;
      swapped = true;
      renameSync(join(directory, 'from/z'), join(directory, 'z'));
      symlinkSync('../outside', join(directory, 'from/z'));
    };

    const [from, to] = [join(directory, 'from'), join(directory, 'to')];
    const { removed } = compareTrees({ from, to, shown: '' }, { contents: 'always', progress: swap });

    assert.ok(swapped);
    assert.ok(removed.includes('/z'));
    assert.not(removed.some((path) => path.includes('secret')));
  });
});

test('do not prevent a comparison of trees that are deeper than the longest path', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'be-hook-read-'));
  const script = 'cd "$1"; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do mkdir "$2"; cd "$2" || exit; done';
  try {
    for (const side of ['from', 'to']) {
      mkdirSync(join(directory, side));
      await runCleanly('sh', ['-c', script, 'sh', join(directory, side), 'd'.repeat(240)]);
    }
    const [from, to] = [join(directory, 'from'), join(directory, 'to')];
    const found = compareTrees({ from, to, shown: '' }, { contents: 'always', progress: () => undefined });
    assert.equal(found, { added: [], removed: [], changed: [], unreadable: [] });
  } finally {
    await runCleanly('rm', ['-rf', directory]);
  }
});

const replacements: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'a pipe': (path) => runCleanly('mkfifo', [path]),
  'a link': (path) => Promise.resolve(symlinkSync('/etc/passwd', path)),
  'a device': (path) => runCleanly('mknod', [path, 'c', '1', '5']),
  'a directory': (path) => Promise.resolve(mkdirSync(path)),
};

for (const [name, replace] of Object.entries(replacements)) {
  test(`do not make be-hook read ${name} in the place of a file`, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'be-hook-read-'));
    try {
      writeFileSync(join(directory, 'fstab'), '');
      const root: Root = { top: directory, path: '', seen: new Map([['fstab', stat(join(directory, 'fstab'))]]) };
      rmSync(join(directory, 'fstab'));
      await replace(join(directory, 'fstab'));
      assert.is(readInside(root, 'fstab').kind, 'unreadable');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
}

test.run();
