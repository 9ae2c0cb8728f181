import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { executeStep } from '../../lib/apply/do-steps.ts';
import { keptPlace } from '../../lib/model/kernel-record.ts';
import { onBoot } from '../../lib/model/place.ts';
import { BeHookError, type Problem } from '../../lib/model/problem.ts';
import type { Session } from '../../lib/system/session.ts';
import { tool } from '../support/guest/tool.ts';
import { type BootImage, type BootType, withBootImage } from '../support/separate-boot.ts';

const test = suite('keep-file');

const types: readonly BootType[] = ['ext4', 'xfs', 'btrfs'];
const content = Buffer.alloc(5_000_000, 'kernel 6.1');
const digest = createHash('sha256').update(content).digest('hex');
const kept = keptPlace('vmlinuz', '6.1', digest);

/** Keeps /boot/vmlinuz-6.1. Returns the problem, if there is one. */
async function keep({ top, type, device: source }: BootImage): Promise<Problem | undefined> {
  const session: Partial<Session> = { opened: { boot: { top, type, source } } };
  const from = onBoot('vmlinuz-6.1');
  try {
    const size = content.length;
    await executeStep(session as Session, { kind: 'keep-file', ...kept, from, digest, size, reason: 'test' });
    return undefined;
  } catch (error) {
    if (error instanceof BeHookError) return error.problem;
    throw error;
  }
}

const keptNames = ({ top }: BootImage): readonly string[] => readdirSync(join(top, 'be-hook'));

for (const type of types) {
  test(`copies an image to a directory of root, with its label, on ${type}`, async () => {
    await withBootImage(type, async (boot) => {
      await tool('setfattr', ['-n', 'security.selinux', '-v', 'system_u:object_r:boot_t:s0', boot.top]);
      await writeFile(join(boot.top, 'vmlinuz-6.1'), content);
      assert.is(await keep(boot), undefined);
      const path = join(boot.top, kept.path);
      assert.ok(readFileSync(path).equals(content));
      assert.is(statSync(join(boot.top, 'be-hook')).mode & 0o777, 0o700);
      assert.is(statSync(path).mode & 0o777, 0o600);
      assert.ok(statSync(path).blocks * 512 >= content.length);
      for (const labelled of [path, join(boot.top, 'be-hook')]) {
        const label = await tool('getfattr', ['--absolute-names', '--only-values', '-n', 'security.selinux', labelled]);
        assert.is(label.replace(/\0$/, ''), 'system_u:object_r:boot_t:s0');
      }
    });
  });

  test(`refuses a source that has changed, and leaves nothing behind, on ${type}`, async () => {
    await withBootImage(type, async (boot) => {
      const source = join(boot.top, 'vmlinuz-6.1');
      const refused = { code: 'kernel-changed', path: 'boot/vmlinuz-6.1' };
      await writeFile(source, 'another kernel');
      assert.equal(await keep(boot), refused);
      await rm(source);
      assert.equal(await keep(boot), refused);
      await symlink('/etc/shadow', source);
      assert.equal(await keep(boot), refused);
      assert.equal(keptNames(boot), []);
    });
  });

  test(`leaves no part of a file on a full ${type}`, async () => {
    await withBootImage(type, async (boot) => {
      await writeFile(join(boot.top, 'vmlinuz-6.1'), content);
      await mkdir(join(boot.top, 'be-hook'), { mode: 0o700 });
      const fill =
        'dd if=/dev/zero of="$1/fill" bs=1M 2>/dev/null; sync -f "$1"; truncate -s -2M "$1/fill"; sync -f "$1"';
      await tool('sh', ['-c', fill, 'sh', boot.top]);
      assert.equal(await keep(boot), { code: 'no-space', path: kept.path });
      assert.equal(keptNames(boot), []);
    });
  });
}

test('replaces what an interrupted run left, and a damaged copy', async () => {
  await withBootImage('ext4', async (boot) => {
    await writeFile(join(boot.top, 'vmlinuz-6.1'), content);
    await mkdir(join(boot.top, 'be-hook'), { mode: 0o700 });
    const name = kept.path.split('/').at(-1) ?? '';
    await writeFile(join(boot.top, 'be-hook', `.${name}.be-hook-tmp`), content.subarray(0, 1000));
    await writeFile(join(boot.top, kept.path), content.subarray(0, 2000));
    assert.is(await keep(boot), undefined);
    assert.equal(keptNames(boot), [name]);
    assert.ok(readFileSync(join(boot.top, kept.path)).equals(content));
  });
});

test.run();
