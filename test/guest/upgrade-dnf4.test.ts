import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withMountedTop } from '../support/disk/mount.ts';
import { addInitramfsId } from '../support/guest/initramfs-id.ts';
import { packageVersion } from '../support/guest/kernel-packages.ts';
import { seen, upgradeFunctions, withUpgradeMachine } from '../support/guest/upgrade-machine.ts';
import { newSystem, oldSystem, upgradeCopy } from '../support/guest/upgrade-story.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('an upgrade with dnf4 on a running machine');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'btrfstune'));

const lookAnd = (...words: string[]): string => `${upgradeFunctions}
look
${words.join(' ')}
`;

test('a copy is upgraded and boots; a kernel that it erases and installs again stays right in every environment', async () => {
  await withUpgradeMachine('dnf4', async (machine) => {
    const [oldest, , newest] = machine.kernels;
    const [low, high] = [oldest.release, newest.release];
    const kernel = `kernel-core-${packageVersion(oldest)}`;
    await upgradeCopy(machine, '-- dnf-3');

    const erased = await machine.run(lookAnd('change erase dnf-3 -q -y remove', kernel));
    assert.equal(seen(erased), newSystem(machine, 'next'));
    assert.is(erased('erase'), 'status 0, 1 restore points');
    await machine.menu([`next ${high}`, `next-before ${high}`, `next-before ${low}`, `one ${low}`]);

    await machine.choose(`one ${low}`);
    assert.equal(seen(await machine.run(lookAnd())), oldSystem(machine), 'the old system is what it was');

    await machine.choose(`next ${high}`);
    const forward = await machine.run(lookAnd('change install dnf-3 -q -y install', kernel));
    assert.equal(seen(forward), newSystem(machine, 'next'), 'and the new one');
    assert.is(forward('install'), 'status 0, 2 restore points');
    const entries = await machine.menu([
      `next ${high}`,
      `next ${low}`,
      `next-before ${high}`,
      `next-before ${high}`,
      `next-before ${low}`,
      `one ${low}`,
    ]);

    await machine.choose(`next ${low}`);
    const again = await machine.report();
    assert.equal([again.subvolume, again.release, again.initramfs], ['/be-hook/next/root', low, 'brought again']);

    const [before] = entries.filter(({ be, release }) => be.includes('-before-') && release === low);
    await withMountedTop(machine.disk.image, async (top) => {
      for (const path of before?.initrds ?? []) await addInitramfsId(oldest.tinyInitramfs, 'kept', join(top, path));
    });
    await machine.choose(`next-before ${low}`);
    const kept = await machine.report();
    assert.equal(
      [kept.subvolume, kept.release, kept.initramfs],
      [`/be-hook/${before?.be}/root`, low, 'kept'],
      'the restore point has the kernel that was erased after it was made',
    );
  });
});

test.run();
