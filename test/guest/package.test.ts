import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeDisk } from '../support/disk/make.ts';
import { withMountedTop } from '../support/disk/mount.ts';
import { runInUserMode } from '../support/guest/job.ts';
import { kernels } from '../support/guest/kernels.ts';
import { runNatively } from '../support/guest/native.ts';
import { bootsAsListed, startUserMode, whatBoots } from '../support/guest/start.ts';
import { needTool } from '../support/need-tool.ts';
import { buildBeHook } from '../support/rpm/build.ts';

const test = suite('the package on a running machine');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'scdoc'));

const count = "grep -c '^# be-hook: begin' /boot/grub/grub.cfg\n";

const install = `
rpm -i --nodeps be-hook.rpm; echo "status $?"
${count}
systemctl enable --quiet be-hook.path be-hook.service be-hook-drift.service
echo "== setup"; be-hook setup --yes 2>&1 | cat
be-hook list --json | grep '"adopted"'
${count}
`;

/** Adds a kernel where the path unit watches, without rpm and kernel-install, and erases the package. */
const watch = `
while systemctl list-jobs --no-legend | grep -q .; do sleep 1; done
echo "path unit $(systemctl is-active be-hook.path) $(systemctl is-enabled be-hook.path)"
systemctl reset-failed; starts() { journalctl --no-pager -o cat -u be-hook.service | grep -c '^Finished'; }
echo "== copy"; before=$(starts)
cp -r /usr/lib/modules/$own /usr/lib/modules/9.9.9
cp /boot/initramfs-$own.img /boot/initramfs-9.9.9.img
cp /boot/vmlinuz-$own /boot/vmlinuz-9.9.9
offered() { grep -c '^[[:space:]]*linux .*vmlinuz-9[.]9[.]9 ' /boot/grub/be-hook.cfg; }
for second in $(seq 200); do offered >/dev/null && break; sleep 1; done
offered
while systemctl is-active be-hook.service | grep -q activating; do sleep 1; done
once=$(starts); sleep 12
echo "ran $((once - before > 0)), and again $(($(starts) - once))"
echo "service $(systemctl is-active be-hook.service) path unit $(systemctl is-active be-hook.path)"
echo "== erase"; rpm -e be-hook; echo "status $?"
${count}
ls /boot/grub/be-hook.cfg /etc/grub.d/99_be-hook /usr/lib/be-hook /var/lib/be-hook 2>/dev/null
echo "path unit $(systemctl is-active be-hook.path)"
echo "== end"; systemctl --failed --plain --no-legend
exit 7
`;

const lines = (output: string): string[] => output.split('\n').filter((line) => line !== '');

test('is installed, watches, and is erased, and leaves a correct menu each time', async () => {
  const work = await mkdtemp(join(tmpdir(), 'be-hook-guest-package-'));
  const [, , newest] = await kernels();
  // This is the only guest that boots with an initramfs of dracut.
  const kernel = { ...newest, initramfs: newest.dracutInitramfs };
  const disk = await makeDisk({ grub: '2.14', environments: [{ name: 'be1', content: 'full', kernels: [kernel] }] });
  try {
    const { binary } = await buildBeHook(join(work, 'out'));
    await mkdir(join(work, 'files'));
    await copyFile(binary, join(work, 'files/be-hook.rpm'));
    const distribution = await whatBoots(disk);
    const installed = await runNatively(disk, distribution, { script: install, files: join(work, 'files') });
    assert.equal(lines(installed.output), [
      'be-hook is installed; to put its menu in place, run: be-hook setup',
      'status 0',
      '0',
      '== setup',
      'be-hook is set up on the layout boot-in-root: the boot loader shows its menu from now on',
      '      "adopted": true,',
      '1',
    ]);
    await bootsAsListed(disk);

    const { report, serial } = await startUserMode(disk, await whatBoots(disk), { madeBy: 'dracut' });
    assert.equal([report?.id, report?.subvolume], ['be1', '/@be1'], serial);
    const initramfs = `@be1/boot/initramfs-${newest.release}.img`;
    await withMountedTop(disk.image, (top) => copyFile(newest.initramfs, join(top, initramfs)));
    const job = { script: watch.replaceAll('$own', newest.release) };
    const { output, exitCode } = await runInUserMode(disk, await whatBoots(disk), job);
    assert.is(exitCode, 7, 'reports the exit code of a job');
    assert.equal(lines(output), [
      'path unit active enabled',
      '== copy',
      '1',
      'ran 1, and again 0',
      'service inactive path unit active',
      '== erase',
      'status 0',
      '0',
      'path unit inactive',
      '== end',
    ]);
    assert.equal(await whatBoots(disk), distribution, 'the menu of the distribution is what it was');
  } finally {
    await disk.remove();
    await rm(work, { recursive: true, force: true });
  }
});

test.run();
