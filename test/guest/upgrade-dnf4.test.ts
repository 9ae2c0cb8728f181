import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withMountedTop } from '../support/disk/mount.ts';
import { addInitramfsId } from '../support/guest/initramfs-id.ts';
import { packageVersion } from '../support/guest/kernel-packages.ts';
import { reportOf, type Start, whatBoots } from '../support/guest/start.ts';
import { seen, withUpgradeMachine } from '../support/guest/upgrade-machine.ts';
import { newSystem, oldSystem, upgradeCopy } from '../support/guest/upgrade-story.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('an upgrade with dnf4 on a running machine');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'btrfstune'));

test('makes a copy that boots; a kernel that it replaces stays right everywhere', async () => {
  await withUpgradeMachine('dnf4', async (machine) => {
    const { disk } = machine;
    const [oldest, , newest] = machine.kernels;
    const [low, high] = [oldest.release, newest.release];
    const kernel = `kernel-core-${packageVersion(oldest)}`;
    const expectBoot = async (start: Start, ...expected: readonly string[]): Promise<void> => {
      const { subvolume, release, initramfs } = await reportOf(disk, start);
      assert.equal([subvolume, release, initramfs].slice(0, expected.length), expected);
    };
    await upgradeCopy(machine, '-- dnf-3');
    await expectBoot(await whatBoots(disk), '/be-hook/next/root', high);

    const erased = await machine.run(`look\nchange erase dnf-3 -q -y remove ${kernel}\n`);
    assert.equal(seen(erased), newSystem(machine, 'next'));
    assert.is(erased('erase'), 'status 0, 1 restore points');
    await machine.menu([`next ${high}`, `next-before ${high}`, `next-before ${low}`, `one ${low}`]);

    const one = await machine.choose(`one ${low}`);
    await expectBoot(one, '/@one', low);
    assert.equal(seen(await machine.run('look\n', one)), oldSystem(machine), 'the old system is what it was');

    const next = await machine.choose(`next ${high}`);
    await expectBoot(next, '/be-hook/next/root', high);
    const forward = await machine.run(`look\nchange install dnf-3 -q -y install ${kernel}\n`, next);
    assert.equal(seen(forward), newSystem(machine, 'next'), 'and the new one');
    assert.is(forward('install'), 'status 0, 2 restore points');
    const points = [`next-before ${high}`, `next-before ${high}`, `next-before ${low}`];
    const entries = await machine.menu([`next ${high}`, `next ${low}`, ...points, `one ${low}`]);
    await expectBoot(await machine.choose(`next ${low}`), '/be-hook/next/root', low, 'brought again');

    const [before] = entries.filter(({ be, release }) => be.includes('-before-') && release === low);
    await withMountedTop(disk.image, async (top) => {
      for (const path of before?.initrds ?? []) await addInitramfsId(oldest.tinyInitramfs, 'kept', join(top, path));
    });
    // The restore point has the kernel that was erased after it was made.
    await expectBoot(await machine.choose(`next-before ${low}`), `/be-hook/${before?.be}/root`, low, 'kept');
  });
});

test.run();
