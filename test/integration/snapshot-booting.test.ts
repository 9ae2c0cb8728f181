import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { firstSnapshot } from '../support/distributions/opensuse-snapshot-booting.ts';
import { runInDefault, subvolumeOf } from '../support/grub/snapshot-booting.ts';
import { grubTools, grubVersions } from '../support/grub/versions.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { beHookOk, listOf } from '../support/program.ts';
import { defaultOf, rollBackWithSnapper, withSuse } from '../support/suse-machine.ts';

/*
 * openSUSE's snapshot booting. The default subvolume, the active environment of be-hook, and what GRUB boots from the
 * default subvolume are always the same.
 */
const test = suite("openSUSE's snapshot booting");

const copy = 'be-hook/next/root';
const run = (fs: LoopBtrfs, ...args: readonly string[]): Promise<string> => beHookOk(...args, '--filesystem', fs.top);

/** Checks that three sources agree. Returns the path of the default subvolume. */
async function checkAgreement(fs: LoopBtrfs): Promise<string> {
  const chosen = await defaultOf(fs);
  const active = (await listOf(fs.top)).filter((environment) => environment.active);
  assert.equal(
    active.map(({ subvolume }) => subvolume.path),
    [chosen],
  );
  const tools = await grubTools('2.12');
  await fs.sync();
  await fs.unmounted(async () => {
    const booted = await runInDefault({ tools, images: fs.images, defaultSubvolume: chosen });
    assert.is(subvolumeOf(booted, chosen), chosen);
    assert.equal(booted.errors, []);
  });
  return chosen;
}

test('boots what is activated, with the menu of all environments', async () => {
  await withSuse(async (fs) => {
    assert.is(await checkAgreement(fs), firstSnapshot);
    await run(fs, 'activate', 'next');
    assert.is(await checkAgreement(fs), copy);
    await fs.unmounted(async () => {
      for (const tools of await grubVersions()) {
        const { booted, menus } = await runInDefault({ tools, images: fs.images, defaultSubvolume: copy });
        assert.match(booted?.chosen ?? '', /^be-hook:next:/, tools.version);
        assert.ok(
          menus[0]?.titles.some((title) => title.startsWith('leap: ')),
          tools.version,
        );
      }
    });
  });
});

test('ignores the menu that snapper copied into a new default subvolume, until it is adopted', async () => {
  await withSuse(async (fs) => {
    const made = await rollBackWithSnapper(fs, firstSnapshot, 3);
    await fs.sync();
    await fs.unmounted(async () => {
      for (const tools of await grubVersions()) {
        const { booted, errors } = await runInDefault({ tools, images: fs.images, defaultSubvolume: made });
        assert.match(booted?.linux[0] ?? '', /^\/boot\/vmlinuz-/, tools.version);
        assert.equal(errors, [], tools.version);
      }
    });
    assert.is(await checkAgreement(fs), made);
    await run(fs, 'sync');
    assert.is(await checkAgreement(fs), made);
    const names = (await listOf(fs.top)).map(({ name }) => name);
    assert.equal(names.sort(), ['leap', 'next', 'snapper-3']);
  });
});

test('shows the menu of the distribution if GRUB cannot name the default subvolume', async () => {
  await withSuse(async (fs) => {
    await fs.unmounted(async () => {
      const scene = { tools: await grubTools('2.12'), images: fs.images, defaultSubvolume: firstSnapshot };
      const { booted } = await runInDefault(scene, { hasCommand: false });
      assert.match(booted?.linux[0] ?? '', /^\/boot\/vmlinuz-/);
    });
  });
});

test.run();
