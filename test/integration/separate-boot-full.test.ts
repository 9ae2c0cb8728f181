import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { type SeparateBootMachine, withSeparateBoot } from '../support/separate-boot.ts';
import { loadedByEntry } from '../support/separate-boot-entries.ts';

const release = '6.17.1-300.fc44.x86_64';

const test = suite('a separate /boot without free space');

/** Writes until the file system has no space left for file data. */
async function fill({ boot }: SeparateBootMachine): Promise<void> {
  const script = 'for size in 1M 4k 1; do dd if=/dev/zero of="$1/fill-$size" bs=$size 2>/dev/null; done; sync -f "$1"';
  await tool('sh', ['-c', script, 'fill', boot.top]);
}

for (const type of ['ext4', 'xfs'] as const) {
  test(`keeps the menu on ${type} when a command needs space`, async () => {
    await withSeparateBoot(type, [release], async (machine) => {
      for (const words of ['setup --yes', 'create next']) assert.is((await machine.sh(`be-hook ${words}`)).status, 0);
      await fill(machine);
      const menu = await machine.readBoot('grub2/be-hook.cfg');
      const loaded = await loadedByEntry(machine);

      for (const words of ['create third', 'describe next "another text"', 'activate next', 'destroy -F next']) {
        const { status, stderr } = await machine.sh(`be-hook ${words}`);
        assert.is.not(status, 0, words);
        assert.match(stderr, /space/, words);
        assert.is(await machine.readBoot('grub2/be-hook.cfg'), menu, words);
      }
      assert.equal(await loadedByEntry(machine), loaded);
      await machine.sh('rm /boot/fill-*');
      const { status, stderr } = await machine.sh('be-hook sync');
      assert.is(status, 0, stderr);
    });
  });
}

test.run();
