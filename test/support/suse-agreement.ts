import * as assert from 'uvu/assert';
import { runInDefault, subvolumeOf } from './grub/snapshot-booting.ts';
import { grubTools } from './grub/versions.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';
import { listOf } from './program.ts';
import { defaultOf } from './suse-machine.ts';

/** The path of the subvolume that GRUB boots from the default subvolume. It must print no error. */
export async function bootedFromDefault(fs: LoopBtrfs): Promise<string | undefined> {
  const chosen = await defaultOf(fs);
  const tools = await grubTools('2.12');
  await fs.sync();
  return await fs.unmounted(async () => {
    const booted = await runInDefault({ tools, images: fs.images, defaultSubvolume: chosen });
    assert.equal(booted.errors, []);
    return subvolumeOf(booted, chosen);
  });
}

/** Checks that the default subvolume is the active environment of `be-hook list`. Returns its path. */
export async function checkActive(fs: LoopBtrfs, where: string): Promise<string> {
  const chosen = await defaultOf(fs);
  const active = (await listOf(fs.top)).filter((environment) => environment.active);
  assert.equal(
    active.map(({ subvolume }) => subvolume.path),
    [chosen],
    where,
  );
  return chosen;
}

/** The same, and GRUB boots it too. */
export async function checkAgreement(fs: LoopBtrfs, where = ''): Promise<string> {
  const chosen = await checkActive(fs, where);
  assert.is(await bootedFromDefault(fs), chosen, where);
  return chosen;
}
