import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kernelsAttribute } from '../../lib/system/attributes.ts';
import { filesystemOf } from '../../lib/system/mounts.ts';
import { largestAttribute } from '../../lib/system/xattrs.ts';
import { bootedBy, fingerprint } from '../support/full-boot.ts';
import { tool } from '../support/guest/tool.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { bootFile } from '../support/root-tree.ts';
import { type SeparateBootMachine, withSeparateBoot } from '../support/separate-boot.ts';
import { loadedByEntry } from '../support/separate-boot-entries.ts';

const test = suite('the record of kernels');

const release = '6.17.1-300.fc44.x86_64';

async function beHook(machine: SeparateBootMachine, words: string): Promise<string> {
  const { status, stdout, stderr } = await machine.sh(`be-hook ${words}`);
  assert.is(status, 0, `${words}: ${stdout}${stderr}`);
  return stderr;
}

for (const nodeSize of [4096, 16_384, 65_536]) {
  test(`be-hook knows the largest attribute of a btrfs with nodes of ${nodeSize} bytes`, async () => {
    await withBtrfs({ sizeMiB: 256, mkfs: ['-n', String(nodeSize), '-s', '4096'] }, async (fs) => {
      const filesystem = filesystemOf(fs.device);
      const limit = filesystem === undefined ? 0 : (largestAttribute(filesystem, kernelsAttribute) ?? 0);
      const script = 'setfattr -n "$1" -v "$(head -c "$2" /dev/zero | tr "\\0" x)" "$3"';
      const set = (size: number): Promise<string> =>
        tool('sh', ['-c', script, 'sh', kernelsAttribute, String(size), fs.top]);
      await set(Math.min(limit, 65_536));
      const refused = await set(limit + 1).catch((error: unknown) => String(error));
      assert.match(refused, /No space left on device|Argument list too long/);
    });
  });
}

test('refuses a record that does not fit, keeps the old one, and continues after the way out', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    await beHook(machine, 'setup --yes');
    await beHook(machine, 'create next');
    const before = await fingerprint(machine);
    const loaded = await loadedByEntry(machine);

    const long = Array.from({ length: 170 }, (_, index) => `option${index}=${'x'.repeat(100)}`).join(' ');
    const { status, stderr } = await machine.sh(`be-hook cmdline next --append "${long}"`);

    assert.is(status, 73, stderr);
    assert.match(stderr, /cannot record the kernels of \/be-hook\/next\/root: .* \d+ bytes, .* stores 16205 bytes/);
    assert.is(await fingerprint(machine), before);
    assert.equal(await loadedByEntry(machine), loaded);
    await beHook(machine, 'cmdline next --append debug');
    await beHook(machine, 'sync');
  });
});

test('reports a damaged record, does not overwrite it, and records again once it is deleted', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    await beHook(machine, 'setup --yes');
    await beHook(machine, 'create next');
    const loaded = await loadedByEntry(machine);
    const root = `${machine.fs.top}/be-hook/next/root`;
    await tool('setfattr', ['-n', kernelsAttribute, '-v', 'damaged', root]);

    const reported = await beHook(machine, 'sync');

    assert.match(reported, 'warning: cannot read the record of the kernels of /be-hook/next/root');
    assert.match(reported, `setfattr -x ${kernelsAttribute}`);
    assert.match(await tool('getfattr', ['--absolute-names', '-d', '-m', kernelsAttribute, root]), '="damaged"');
    const { problems } = (await machine.json('list')) as { readonly problems: readonly { readonly code: string }[] };
    assert.ok(problems.some(({ code }) => code === 'record-unreadable'));

    const wayOut = `be-hook mount next /mnt && setfattr -x ${kernelsAttribute} /mnt && be-hook umount next`;
    const ended = await machine.sh(`mkdir -p /mnt && ${wayOut}`);
    assert.is(ended.status, 0, ended.stderr);
    assert.is(await beHook(machine, 'sync'), '');
    assert.equal(await loadedByEntry(machine), loaded);
    assert.match(await tool('getfattr', ['--absolute-names', '-d', '-m', kernelsAttribute, root]), 'digest');
  });
});

/** What an administrator or a newer be-hook may have done to the copy, so that this be-hook cannot read a part of it. */
const unreadable: Readonly<Record<string, (root: string) => Promise<unknown>>> = {
  'mark is damaged': (root) => tool('setfattr', ['-n', 'trusted.be-hook.environment', '-v', '{', root]),
  'fstab is damaged': (root) => writeFile(join(root, 'etc/fstab'), 'UUID=\n'),
  'record is damaged': (root) => tool('setfattr', ['-n', kernelsAttribute, '-v', '{', root]),
  'record has no kernels': (root) => tool('setfattr', ['-n', kernelsAttribute, '-v', '{"version":1}', root]),
  'record requires another be-hook': (root) =>
    tool('setfattr', ['-n', kernelsAttribute, '-v', '{"version":1,"kernels":{},"requires":["new"]}', root]),
};

for (const [what, damage] of Object.entries(unreadable)) {
  test(`keeps the entries of an environment and their files if its ${what}`, async () => {
    await withSeparateBoot('ext4', [release], async (machine) => {
      await beHook(machine, 'setup --yes');
      await beHook(machine, 'create next');
      await beHook(machine, 'create third');
      await writeFile(join(machine.boot.top, `initramfs-${release}.img`), bootFile('INITRD', 'again', release));
      await beHook(machine, 'sync');
      const before = await bootedBy(machine);

      await damage(join(machine.fs.top, 'be-hook/next/root'));
      await beHook(machine, 'sync');
      await beHook(machine, 'describe third "another text"');
      await beHook(machine, 'gc');

      assert.equal(await bootedBy(machine), before);
    });
  });
}

test.run();
