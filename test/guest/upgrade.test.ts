import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reportOf, type Start, whatBoots } from '../support/guest/start.ts';
import { seen, type UpgradeMachine, withUpgradeMachine } from '../support/guest/upgrade-machine.ts';
import { newSystem, oldSystem, upgradeCopy } from '../support/guest/upgrade-story.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('an upgrade with dnf5 on a running machine');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'btrfstune'));

const dnf = 'dnf5 -q -y --setopt=reposdir=/none --releasever=1 --setopt=pkg_gpgcheck=0';

/** Commands that change nothing in the running system. */
const idle = `
change download ${dnf} install --downloadonly /srv/packages/one.rpm
change test ${dnf} install --setopt=tsflags=test /srv/packages/one.rpm
change elsewhere ${dnf} --installroot=/other install /srv/packages/one.rpm
`;

const look = `
look
ls /opt | fact opt
`;

const install = `
look
change one ${dnf} install /srv/packages/one.rpm
echo 'package-transactions = refuse' >>/etc/be-hook/be-hook.conf
change two ${dnf} install /srv/packages/two.rpm
ls /opt | fact opt
said rollback be-hook rollback
`;

/** Runs in the restore point. */
const installOther = `${look}
grep -c '^package-transactions' /etc/be-hook/be-hook.conf | fact refusing
change two ${dnf} install /srv/packages/two.rpm
ls /opt | fact more
`;

const refusal =
  'be-hook: refusing the transaction: package-transactions = refuse in /etc/be-hook/be-hook.conf; change packages in a copy: be-hook upgrade';

/** Boots the default of GRUB, or a selected entry, until the root is mounted, and returns the report. */
async function rootOf({ disk }: UpgradeMachine, chosen?: Start): Promise<string> {
  return (await reportOf(disk, chosen ?? (await whatBoots(disk)))).subvolume;
}

test('makes a copy that boots; restore points and the source stay in the menu', async () => {
  await withUpgradeMachine('dnf5', async (machine) => {
    const [low, , high] = machine.kernels.map(({ release }) => release);
    const made = await upgradeCopy(machine, '', idle);
    for (const name of ['download', 'test', 'elsewhere']) assert.is(made(name), 'status 0, 0 restore points', name);

    const oldOne = await machine.choose(`one ${low}`);
    const console = await machine.shutDown('echo mine >/etc/mine', oldOne);
    assert.match(console, /\/etc\/mine +added +can be carried over/);
    assert.equal(seen(await machine.boot(look)), newSystem(machine, 'next'), 'systemd starts in the copy');

    const changed = await machine.run(install);
    assert.equal(seen(changed), newSystem(machine, 'next'));
    assert.is(changed('one'), 'status 0, 1 restore points');
    assert.is(changed('two'), `${refusal}\nstatus 1, 1 restore points`);
    assert.is(changed('opt'), 'one');
    assert.match(changed('rollback'), /reboot to go back/);

    const root = await rootOf(machine);
    const name = /^\/be-hook\/(next-before-[0-9-]+)\/root$/.exec(root)?.[1] ?? `no restore point: ${root}`;
    const back = await machine.run(installOther);
    assert.equal(seen(back), newSystem(machine, name));
    assert.equal([back('opt'), back('refusing')], ['', '0']);
    assert.is(back('two'), 'status 0, 2 restore points');
    assert.is(back('more'), 'two');
    const points = [`next-before ${high}`, `next-before ${low}`];
    await machine.menu([...points, ...points, `next ${high}`, `next ${low}`, `one ${low}`]);

    const one = await machine.choose(`one ${low}`);
    assert.is(await rootOf(machine, one), '/@one');
    assert.equal(seen(await machine.run(look, one)), oldSystem(machine), 'the old system is what it was');

    const next = await machine.choose(`next ${high}`);
    assert.is(await rootOf(machine, next), '/be-hook/next/root');
    const forward = await machine.run(look, next);
    assert.equal(seen(forward), newSystem(machine, 'next'), 'and the new one');
    assert.is(forward('opt'), 'one');
  });
});

test.run();
