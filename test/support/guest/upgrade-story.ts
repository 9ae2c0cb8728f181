import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { withMountedTop } from '../disk/mount.ts';
import type { Facts } from './facts.ts';
import { tool } from './tool.ts';
import { seen, type UpgradeMachine } from './upgrade-machine.ts';

/** The report of {@link seen} in environment one, which never changes. */
export function oldSystem({ kernels: [oldest] }: UpgradeMachine): readonly string[] {
  return [oldest.release, 'version', '1\na row', '/@one\n/@db\n/@home'];
}

/** The report in its upgraded copy, or in a restore point of the copy. */
export function newSystem({ kernels: [, , newest] }: UpgradeMachine, name: string): readonly string[] {
  const mounted = `/be-hook/${name}/root\n/be-hook/${name}/volumes/var-lib-db\n/@home`;
  return [newest.release, 'two\nversion', '2\na row\nconverted', mounted];
}

/**
 * Upgrades a copy named next with a package manager, natively, and checks the result. The copy is complete and boots
 * next. Nothing of the running system has changed, and a program with an open file continues. `before` runs first; its
 * facts are returned with the others.
 */
export async function upgradeCopy(machine: UpgradeMachine, words: string, before = ''): Promise<Facts> {
  const facts = await machine.run(`
${before}
be-hook volume set /var/lib/db cloned
look
tail -f /usr/share/app/version >/run/followed & follower=$!
exec 9</usr/share/app/version
keep before
said upgrade be-hook upgrade --name next ${words}
keep after
cat <&9 | fact open
kill -0 $follower && echo alive | fact follower
be-hook diagnose next --json | fact diagnosis
`);
  assert.equal(seen(facts), oldSystem(machine));
  assert.match(facts('upgrade'), /^“next” is a copy of “one”, complete\. It boots by default from now on/m);
  assert.match(facts('upgrade'), /^~ app\.noarch 1-1 -> 2-1$/m);
  assert.match(facts('upgrade'), /status 0$/, facts('diagnosis'));
  assert.equal([facts('open'), facts('follower')], ['app', 'alive']);
  await expectUnchanged(machine);
  const [oldest, , newest] = machine.kernels;
  await machine.menu([`next ${newest.release}`, `next ${oldest.release}`, `one ${oldest.release}`]);
  return facts;
}

/** The files that the running system itself writes are left out. */
const contents = `
cd "$1"
find . \\( -path ./var/log -o -path ./var/lib/systemd -o -path ./boot/grub \\) -prune -o -type f -print0 |
  sort -z | xargs -0 sha256sum
`;

/** Compares the contents of every kept file before and after the upgrade. */
async function expectUnchanged({ disk }: UpgradeMachine): Promise<void> {
  await withMountedTop(disk.image, async (top) => {
    for (const volume of ['@one', '@db']) {
      const [before, after] = await Promise.all(
        ['before', 'after'].map(async (when) => {
          const path = join(top, `${volume}-${when}`);
          const lines = await tool('sh', ['-euc', contents, 'sh', path]);
          await tool('btrfs', ['-q', 'subvolume', 'delete', path]);
          return lines.split('\n');
        }),
      );
      assert.ok((before ?? []).length > 1, 'there is something to compare');
      assert.equal(after, before, `no file of the running system has changed: ${volume}`);
    }
    const snapshot = join(top, 'be-hook/next@upgraded/volumes/var-lib-db/format');
    assert.is(await readFile(snapshot, 'utf8'), '1\n', 'before its database was converted there was a snapshot');
  });
}
