import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { menuDirectories, oldRelease, withTwo } from '../support/crash-scene.ts';
import { bootedWords, bootedWordsOf } from '../support/grub/boot.ts';
import { grubVersions } from '../support/grub/versions.ts';
import { beHookOk, type MenuData } from '../support/program.ts';

const test = suite('relative btrfs paths');

test('do not change the kernels of the entries if the distribution enables them', async () => {
  await withTwo(async (fs) => {
    const { entries } = JSON.parse(await beHookOk('menu', '--json', '--filesystem', fs.top)) as MenuData;
    await fs.sync();
    await fs.unmounted(async () => {
      for (const tools of await grubVersions()) {
        for (const value of ['y', 'yes', '1', 'n', undefined]) {
          const before = value === undefined ? '' : relative(value);
          const { booted, errors } = await bootedWords(
            { tools, images: fs.images, menuDirectory: `/${menuDirectories[0]}` },
            { before },
          );
          const context = `${tools.version} with ${value ?? 'nothing'}`;
          assert.is(booted?.linux[0], `/@be1/boot/vmlinuz-${oldRelease}`, context);
          assert.equal(errors, [], context);
        }
        for (const { id, image } of entries) {
          const grub = { tools, images: fs.images, menuDirectory: `/${menuDirectories[1]}` };
          const { booted } = await bootedWordsOf(grub, id, { before: relative('y') });
          assert.is(booted?.linux[0], image, `${tools.version}: ${id}`);
        }
      }
    });
  });
});

/** Lines that grub-mkconfig writes with SUSE_BTRFS_SNAPSHOT_BOOTING=true (rhboot/grub2, fedora-44, util/grub.d/00_header.in). */
function relative(value: string): string {
  return `set btrfs_relative_path="${value}"\nset bh_default_subvolume=/@be2\nexport btrfs_relative_path bh_default_subvolume`;
}

test.run();
