import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dialectLink, runOnTerminal } from '../support/dialect.ts';
import { withPool } from '../support/pool.ts';
import { contentsOf } from '../support/stream-scene.ts';

/*
 * The case `export_import` of FreeBSD's sbin/bectl/tests/bectl_test.sh, run with bectl of be-hook, and cases in which FreeBSD's
 * bectl is wrong.
 */

const test = suite('bectl export and import');

test('yield the same environment, and end with an error status on failure', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-bectl-'));
  const file = join(directory, 'stream');
  const bectl = async (line: string): Promise<{ readonly status: number; readonly said: string }> => {
    const ended = await execa('bash', ['-c', line, 'bash', dialectLink('bectl'), file], { reject: false, all: true });
    return { status: ended.exitCode ?? 128, said: ended.all };
  };
  try {
    await withPool('bectl', async ({ fs, ok, names, check }) => {
      const here = `"$1" -r ${fs.top}`;
      const original = join(fs.top, '@default');
      await writeFile(join(original, 'etc/motd'), 'welcome\n');

      assert.equal(await bectl(`set -o pipefail; ${here} export default | cat >"$2"`), { status: 0, said: '' });
      assert.equal(await bectl(`cat "$2" | ${here} import copy`), { status: 0, said: '' });

      assert.equal(await names(), ['copy', 'default', 'main']);
      const retargeted = /^(etc\/fstab|boot\/grub\/(grub|be-hook)\.cfg|etc\/grub\.d(\/.*)?) /;
      const plain = async (root: string): Promise<readonly string[]> =>
        (await contentsOf(root)).filter((line) => !retargeted.test(line));
      assert.equal(await plain(join(fs.top, 'be-hook/copy/root')), await plain(original));
      await check();
      await ok('destroy', 'copy');

      for (const [words, status, said] of [
        [`export missing >"$2"`, 3, /^bectl: cannot find the boot environment “missing”/],
        ['export default >/dev/full', 16, /^bectl: cannot send the whole stream: [^\n]+$/],
        [`import main <"$2"`, 2, /^bectl: cannot use the name “main”: the boot environment in /],
        ['import new </dev/null', 16, /^bectl: cannot import: the stream holds no valid boot environment/],
        [`import 'a b' </dev/null`, 1, /^bectl: cannot use “a b” as the name of a boot environment/],
        ['export', 64, /^bectl export: wrong number of arguments/],
        ['import a b </dev/null', 64, /^bectl import: wrong number of arguments/],
      ] as const) {
        const failed = await bectl(`${here} ${words}`);
        assert.is(failed.status, status, `${words}: ${failed.said}`);
        assert.match(failed.said, said);
      }
      for (const words of [
        ['export', 'default'],
        ['import', 'new'],
      ]) {
        const refused = await runOnTerminal('bectl', ['-r', fs.top, ...words], '');
        assert.is(refused.status, 64, refused.stdout);
      }
      assert.equal(await names(), ['default', 'main']);
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test.run();
