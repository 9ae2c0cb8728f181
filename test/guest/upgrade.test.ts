import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seen, upgradeFunctions, withUpgradeMachine } from '../support/guest/upgrade-machine.ts';
import { newSystem, oldSystem, upgradeCopy } from '../support/guest/upgrade-story.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('an upgrade with dnf5 on a running machine');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'btrfstune'));

const dnf = 'dnf5 -q -y --setopt=reposdir=/none --releasever=1 --setopt=pkg_gpgcheck=0';

/** What changes nothing of the running system. */
const idle = `
change download ${dnf} install --downloadonly /srv/packages/one.rpm
change test ${dnf} install --setopt=tsflags=test /srv/packages/one.rpm
change elsewhere ${dnf} --installroot=/other install /srv/packages/one.rpm
`;

const install = `${upgradeFunctions}
look
change one ${dnf} install /srv/packages/one.rpm
echo 'package-transactions = refuse' >>/etc/be-hook/be-hook.conf
change two ${dnf} install /srv/packages/two.rpm
ls /opt | fact opt
said rollback be-hook rollback
`;

/** In the restore point. */
const installOther = `${upgradeFunctions}
look
ls /opt | fact opt
grep -c '^package-transactions' /etc/be-hook/be-hook.conf | fact refusing
change two ${dnf} install /srv/packages/two.rpm
ls /opt | fact more
`;

const later = `${upgradeFunctions}
look
ls /opt | fact opt
`;

const refusal =
  'be-hook: refusing the transaction: package-transactions = refuse in /etc/be-hook/be-hook.conf; change packages in a copy: be-hook upgrade';

test('a copy is upgraded and boots; restore points, and the menu, lead back to it and to what it was copied from', async () => {
  await withUpgradeMachine('dnf5', async (machine) => {
    const [oldest, , newest] = machine.kernels;
    const made = await upgradeCopy(machine, '', idle);
    for (const name of ['download', 'test', 'elsewhere']) assert.is(made(name), 'status 0, 0 restore points', name);

    const changed = await machine.run(install);
    assert.equal(seen(changed), newSystem(machine, 'next'));
    assert.is(changed('one'), 'status 0, 1 restore points');
    assert.is(changed('two'), `${refusal}\nstatus 1, 1 restore points`);
    assert.is(changed('opt'), 'one');
    assert.match(changed('rollback'), /reboot to go back/);

    const back = await machine.run(installOther);
    const [, , , mounted = ''] = seen(back);
    const name = /^\/be-hook\/(next-before-[0-9-]+)\/root$/m.exec(mounted)?.[1] ?? 'no restore point';
    assert.equal(seen(back), newSystem(machine, name));
    assert.equal([back('opt'), back('refusing')], ['', '0']);
    assert.is(back('two'), 'status 0, 2 restore points');
    assert.is(back('more'), 'two');
    const [low, high] = [oldest.release, newest.release];
    const points = [`next-before ${high}`, `next-before ${low}`];
    await machine.menu([...points, ...points, `next ${high}`, `next ${low}`, `one ${low}`]);

    await machine.choose(`one ${low}`);
    assert.equal(seen(await machine.run(later)), oldSystem(machine), 'the old system is what it was');

    await machine.choose(`next ${high}`);
    const forward = await machine.run(later);
    assert.equal(seen(forward), newSystem(machine, 'next'), 'and the new one');
    assert.is(forward('opt'), 'one');
  });
});

test.run();
