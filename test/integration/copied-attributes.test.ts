import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';

const test = suite('files that are rewritten in a copy');

const files = ['etc/fstab', 'etc/kernel/cmdline', 'etc/default/grub'];

/** An environment whose files all name its subvolume. */
async function withFedora(body: (fs: LoopBtrfs, root: string) => Promise<void>): Promise<void> {
  await withBtrfs({}, async (fs) => {
    const root = await makeRoot(fs, 'fedora', {
      kernels: ['6.1.0-1'],
      cmdline: `root=UUID=${fs.uuid} rootflags=subvol=fedora quiet\n`,
      defaultGrub: 'GRUB_CMDLINE_LINUX="rootflags=subvol=fedora"\n',
    });
    await beHookOk('adopt', 'fedora', '--filesystem', fs.top);
    await body(fs, root);
  });
}

/** user::rw-, user:1000:r--, group::r--, mask::r--, other::--- as the kernel stores them (posix_acl_xattr.h). */
const acl = [
  '02000000',
  '01000600ffffffff',
  '02000400e8030000',
  '04000400ffffffff',
  '10000400ffffffff',
  '20000000ffffffff',
].join('');

test('keep their ACL and user attributes, but no digest of the old content', async () => {
  await withFedora(async (fs, root) => {
    const attributes = { 'system.posix_acl_access': acl, 'user.note': '00ff0a', 'security.ima': '0401' };
    for (const file of files)
      for (const [name, value] of Object.entries(attributes))
        await tool('setfattr', ['-n', name, '-v', `0x${value}`, join(root, file)]);

    await beHookOk('create', '-e', 'fedora', 'copy', '--filesystem', fs.top);

    for (const file of files) {
      const path = join(fs.top, 'be-hook/copy/root', file);
      assert.match(await tool('cat', [path]), 'be-hook/copy/root', file);
      const found = await tool('getfattr', ['--absolute-names', '-d', '-e', 'hex', '-m', '-', path]);
      const lines = found
        .split('\n')
        .filter((line) => line.includes('='))
        .sort();
      assert.equal(lines, [`system.posix_acl_access=0x${acl}`, 'user.note=0x00ff0a'], file);
      assert.is(await tool('stat', ['-c', '%a', path]), await tool('stat', ['-c', '%a', join(root, file)]), file);
    }
  });
});

for (const file of files.slice(0, 2)) {
  test(`leave no unfinished work if ${file} is immutable`, async () => {
    await withFedora(async (fs, root) => {
      await tool('chattr', ['+i', join(root, file)]);
      try {
        const before = await listOf(fs.top);
        const { status, stderr } = await beHook('create', '-e', 'fedora', 'copy', '--filesystem', fs.top);
        assert.is(status, 73, stderr);
        assert.match(stderr, new RegExp(`be-hook/copy/root/${file}`));
        assert.equal(await listOf(fs.top), before);
        assert.equal(await readdir(join(fs.top, 'be-hook')), ['history']);
        assert.is((await beHook('sync', '--filesystem', fs.top)).stderr, '');
      } finally {
        await tool('chattr', ['-i', join(root, file)]);
      }
    });
  });
}

test.run();
