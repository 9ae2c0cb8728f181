import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { observe } from '../../lib/system/observe.ts';
import { type SessionOptions, withSession } from '../../lib/system/session.ts';
import { tool } from '../support/guest/tool.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { observeInside } from '../support/observe-inside.ts';
import { type BootType, type SeparateBootMachine, withSeparateBoot } from '../support/separate-boot.ts';

const test = suite('a separate /boot of another machine');

const types: readonly BootType[] = ['ext4', 'xfs', 'btrfs'];

type Asked = Partial<SessionOptions> & Pick<SessionOptions, 'where'>;

/** The uuid of the /boot that a session opens, its number of files, and whether the session can write to it. */
async function look(options: Asked): Promise<readonly [string | undefined, number | undefined, boolean]> {
  return await withSession({ write: true, lockSeconds: 10, ...options }, async (session) => {
    const { boot } = await observe(session);
    const top = session.opened.boot?.top;
    const isWritable =
      top !== undefined &&
      (await writeFile(join(top, 'probe'), '').then(
        () => true,
        () => false,
      ));
    return [boot?.uuid, boot?.files.filter(({ name }) => name !== 'probe').length, isWritable];
  });
}

for (const type of types) {
  test(`is the one that fstab names, mounted or not, on ${type}`, async () => {
    await withSeparateBoot(type, ['6.1.0-1'], async ({ fs, boot }) => {
      const [writable, readable] = [
        [boot.uuid, 2, true],
        [boot.uuid, 2, false],
      ];
      for (const prepare of [async () => undefined, () => tool('umount', [boot.top])]) {
        await prepare();
        assert.equal(await look({ where: { filesystem: fs.top } }), writable);
        assert.equal(await look({ where: { filesystem: fs.device }, write: false }), readable);
      }
      await tool('mount', [boot.device, boot.top]);
    });
  });
}

test('is missing if fstab names a device that does not exist', async () => {
  await withSeparateBoot('ext4', ['6.1.0-1'], async (machine) => {
    await machine.write('etc/fstab', 'UUID=11111111-2222-3333-4444-555555555555 /boot ext4 defaults 0 0\n');
    assert.equal(await look({ where: { filesystem: machine.fs.top } }), [undefined, undefined, false]);
  });
});

test('is never the /boot of the running machine, which a backup of it names too', async () => {
  await withSeparateBoot('ext4', ['6.1.0-1'], async (machine: SeparateBootMachine) => {
    await withBackup(machine, async (device) => {
      for (const prepare of [':', 'umount /boot']) {
        const { opened } = await observeInside(machine, 'write', { filesystem: device, prepare });
        assert.is(opened.boot, undefined, prepare);
      }
    });
  });
});

/** A btrfs with the same fstab as the machine. */
async function withBackup(machine: SeparateBootMachine, body: (device: string) => Promise<void>): Promise<void> {
  await withBtrfs({}, async (backup) => {
    const root = await backup.subvolume('@be1');
    await mkdir(join(root, 'etc'));
    await writeFile(join(root, 'etc/fstab'), await machine.read('etc/fstab'));
    await body(backup.device);
  });
}

test.run();
