import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeDisk } from '../support/disk/make.ts';
import { runInGuest } from '../support/guest/job.ts';
import { buildBasePackage } from '../support/guest/kernel-packages.ts';
import { kernels } from '../support/guest/kernels.ts';
import { needTool } from '../support/need-tool.ts';
import { buildBeHook, buildPackage, makeTop } from '../support/rpm/build.ts';

const test = suite('restore points on a running machine');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'scdoc', 'btrfstune'));

/** What dnf5 says is its own; only the words of be-hook, the status and the number of restore points are looked at. */
const functions = `
points() { be-hook list -H --quick | cut -d ';' -f 1 | grep -c -e -before-; }
dnf() {
  echo "== dnf5 $*"
  dnf5 -q -y --setopt=reposdir=/none --releasever=1 --setopt=pkg_gpgcheck=0 "$@" >log 2>&1
  status=$?
  grep -o 'be-hook: .*' log
  echo "status $status, $(points) restore points"
}
`;

const first = `${functions}
rpm -i --justdb base.rpm
rpm -i be-hook.rpm
rpm -i --nodeps be-hook-dnf5.rpm
dnf install --downloadonly $PWD/one.rpm
dnf install --setopt=tsflags=test $PWD/one.rpm
dnf --installroot=/other install $PWD/one.rpm
dnf install $PWD/one.rpm
echo 'package-transactions = refuse' >>/etc/be-hook/be-hook.conf
dnf install $PWD/two.rpm
ls /opt
be-hook rollback 2>&1 | grep -c 'reboot to go back'
`;

const second = `${functions}
echo "== booted"
grep -o 'rootflags=subvol=be-hook/[a-z0-9]*-before-' /proc/cmdline
ls /opt/one 2>/dev/null
grep -c '^package-transactions' /etc/be-hook/be-hook.conf
dnf install $PWD/two.rpm
ls /opt/two
`;

const lines = (output: string): readonly string[] =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/\/\S*\/(?=(one|two)\.rpm)/, ''));

test('dnf5 makes one before each transaction, and after a rollback and a reboot the machine is what it was', async () => {
  const work = await mkdtemp(join(tmpdir(), 'be-hook-guest-restore-points-'));
  const [kernel] = await kernels();
  const disk = await makeDisk({ grub: '2.14', environments: [{ name: 'be1', content: 'full', kernels: [kernel] }] });
  try {
    const files = join(work, 'files');
    await makeTop(join(work, 'top'));
    await mkdir(files);
    const { binary, plugins } = await buildBeHook(join(work, 'out'));
    await copyFile(binary, join(files, 'be-hook.rpm'));
    await copyFile(plugins.dnf5, join(files, 'be-hook-dnf5.rpm'));
    await copyFile(await buildBasePackage(join(work, 'top')), join(files, 'base.rpm'));
    for (const name of ['one', 'two']) {
      const path = await buildPackage(join(work, 'top'), { name, version: '1', files: [`/opt/${name}`] });
      await copyFile(path, join(files, `${name}.rpm`));
    }
    const options = { firmware: 'uefi', snapshot: false, timeoutSeconds: 600 } as const;

    const before = await runInGuest(disk.image, { script: first, files }, options);
    assert.equal(lines(before.output), [
      '== dnf5 install --downloadonly one.rpm',
      'status 0, 0 restore points',
      '== dnf5 install --setopt=tsflags=test one.rpm',
      'status 0, 0 restore points',
      '== dnf5 --installroot=/other install one.rpm',
      'status 0, 0 restore points',
      '== dnf5 install one.rpm',
      'status 0, 1 restore points',
      '== dnf5 install two.rpm',
      'be-hook: packages of the running system are not to change, says package-transactions in /etc/be-hook/be-hook.conf; change them in a copy: be-hook upgrade',
      'status 1, 1 restore points',
      'one',
      '1',
    ]);

    const after = await runInGuest(disk.image, { script: second, files }, options);
    assert.equal(lines(after.output), [
      '== booted',
      'rootflags=subvol=be-hook/be1-before-',
      '0',
      '== dnf5 install two.rpm',
      'status 0, 2 restore points',
      '/opt/two',
    ]);
  } finally {
    await disk.remove();
    await rm(work, { recursive: true, force: true });
  }
});

test.run();
