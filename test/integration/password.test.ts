import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { GrubRun } from '../support/grub/boot.ts';
import { runGrub } from '../support/grub/boot.ts';
import { grubVersions } from '../support/grub/versions.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHookOk } from '../support/program.ts';
import { distributionMenu, makeRoot } from '../support/root-tree.ts';

const test = suite('a menu with a password');

/** A password as 01_users or 40_custom set it, without an exported variable. */
const users = 'set superusers="root"\npassword root secret\n';

/** Starts be-hook's menu in every real GRUB, below a distribution's menu with a password. */
async function starts(unrestricted: boolean): Promise<readonly GrubRun[]> {
  return withBtrfs({}, async (fs) => {
    const release = '6.1.0-1';
    await makeRoot(fs, '@be1', { kernels: [release] });
    await makeRoot(fs, '@be2', { kernels: [release] });
    for (const subvolume of ['@be1', '@be2']) {
      const own = users + distributionMenu(fs.uuid, subvolume, [release]);
      const text = unrestricted ? own.replace(/--class gnu-linux/g, '--class gnu-linux --unrestricted') : own;
      await writeFile(join(fs.top, subvolume, 'boot/grub/grub.cfg'), text);
      await beHookOk('adopt', subvolume, '--filesystem', fs.top);
    }
    const menu = await readFile(join(fs.top, '@be1/boot/grub/be-hook.cfg'), 'utf8');
    assert.is(menu.includes('secret'), false, 'the password is not copied');
    const tools = await grubVersions();
    return await fs.unmounted(async () => {
      const runs: GrubRun[] = [];
      for (const one of tools) {
        runs.push(await runGrub({ tools: one, images: fs.images, menuDirectory: '/@be1/boot/grub' }, { keys: ['\r'] }));
      }
      return runs;
    });
  });
}

test("boots without a question where the distribution's entries are unrestricted", async () => {
  for (const run of await starts(true)) {
    assert.is(run.askedForUser, false);
    assert.is(run.booted?.linux[0], '/@be1/boot/vmlinuz-6.1.0-1');
  }
});

test('asks for a user where the distribution restricts its entries', async () => {
  for (const run of await starts(false)) {
    assert.is(run.askedForUser, true);
    assert.is(run.booted, undefined);
  }
});

test.run();
