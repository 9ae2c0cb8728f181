import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { moveBootToPartition } from '../support/disk/boot-partition.ts';
import { makeDisk } from '../support/disk/make.ts';
import { withMountedTop } from '../support/disk/mount.ts';
import { fedoraPrograms } from '../support/fedora-machine.ts';
import { type Facts, factsIn, guestFacts } from '../support/guest/facts.ts';
import { addInitramfsId } from '../support/guest/initramfs-id.ts';
import { buildBasePackage, buildKernelPackage, writeFedoraPlugins } from '../support/guest/kernel-packages.ts';
import { type GuestKernels, kernels } from '../support/guest/kernels.ts';
import { type BootResult, boot } from '../support/guest/qemu.ts';
import { runInTree } from '../support/guest/root.ts';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import type { MenuData } from '../support/program.ts';
import { buildBeHook, makeTop } from '../support/rpm/build.ts';

const test = suite('an upgrade on a machine with a separate /boot');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'btrfstune'));

/** Puts the packages and the repository into the root, and installs be-hook. */
async function bringPackages(root: string, work: string, [oldest, , newest]: GuestKernels): Promise<void> {
  const top = join(work, 'top');
  await makeTop(top);
  const marked = join(work, 'marked.img');
  await addInitramfsId(newest.initramfs, 'of the new package', marked);
  const recorded = { kernel: oldest, initramfs: oldest.initramfs, style: 'fedora', recorded: true } as const;
  const packages = {
    'packages/be-hook.rpm': (await buildBeHook(join(work, 'out'))).binary,
    'packages/base.rpm': await buildBasePackage(top),
    'packages/recorded.rpm': await buildKernelPackage(top, recorded),
    'repo/newest.rpm': await buildKernelPackage(top, { kernel: newest, initramfs: marked, style: 'fedora' }),
  };
  for (const path of ['srv/packages', 'srv/repo', 'etc/yum.repos.d', 'etc/sysconfig'])
    await mkdir(join(root, path), { recursive: true });
  for (const [name, path] of Object.entries(packages)) await copyFile(path, join(root, 'srv', name));
  await tool('createrepo_c', ['-q', join(root, 'srv/repo')]);
  await writeFile(
    join(root, 'etc/yum.repos.d/local.repo'),
    '[local]\nname=local\nbaseurl=file:///srv/repo\ngpgcheck=0\n',
  );
  await bringPlugins(root);
  const rpm = (name: string, ...options: string[]) =>
    runInTree(root, ['rpm', '-i', '--noplugins', ...options, `/srv/packages/${name}.rpm`]);
  await rpm('base', '--justdb');
  await rpm('recorded', '--justdb', '--noscripts', '--notriggers');
  await rpm('be-hook');
}

/** The kernel-install plugins of Fedora. The initramfs comes from the package. */
async function bringPlugins(root: string): Promise<void> {
  await writeFedoraPlugins(join(root, 'etc/kernel/install.d'));
  await chmod(join(root, 'etc/kernel/install.d/50-dracut.install'), 0o755);
  for (const [path, { text, mode }] of Object.entries(fedoraPrograms)) {
    const target = join(root, path.replace('/usr/lib/kernel/', '/etc/kernel/'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text, { mode });
    await chmod(target, mode);
  }
  await writeFile(join(root, 'etc/sysconfig/kernel'), 'UPDATEDEFAULT=yes\nDEFAULTKERNEL=kernel\n');
}

/** Prints the files of /boot that do not belong to be-hook, with their contents. */
const sums = `
sums() {
  cd /boot
  find . -path ./be-hook -prune -o -type f ! -name be-hook.cfg -print0 | sort -z | xargs -0 sha256sum
  cd - >/dev/null
}
`;

const upgrade = `${sums}
said setup be-hook setup --yes
sums | fact before
said upgrade be-hook upgrade --name next --no-activate
sums | fact after
said activate be-hook activate next
sums | fact activated
be-hook menu --json | fact menu
ls /boot /boot/be-hook | fact kept
be-hook diagnose next --json | fact diagnosis
`;

const look = `
findmnt -n -o FSROOT / | fact root
findmnt -n -o FSTYPE /boot | fact boot
rpm -qa --qf '%{name}-%{version}-%{release}\\n' | grep '^kernel-core' | sort | fact packages
`;

const back = `${look}
said rollback be-hook rollback
`;

/** Checks which system a machine has booted. */
function expectReport(
  { report, serial }: BootResult,
  expected: { readonly [name in 'root' | 'release' | 'initramfs']: string },
): void {
  const { root, release, initramfs } = expected;
  assert.equal([report?.release, report?.initramfs, report?.subvolume], [release, initramfs, `/${root}`], serial);
  assert.match(report?.cmdline ?? '', ` rootflags=subvol=${root} `);
}

/** Checks what the upgrade in the copy did, and left as it was. */
function expectUpgrade(facts: Facts, [oldest, , newest]: GuestKernels): void {
  for (const name of ['setup', 'upgrade', 'activate']) assert.match(facts(name), /status 0$/, facts('diagnosis'));
  assert.match(facts('before'), `  ./loader/entries/`);
  assert.match(facts('before'), `  ./grub2/grubenv`);
  assert.is(facts('after'), facts('before'), 'the upgrade changes no file of /boot that the running system uses');
  assert.is(facts('activated'), facts('before'), 'the activation changes only the menu of be-hook');
  const { entries } = JSON.parse(facts('menu')) as MenuData;
  assert.equal(
    entries.map(({ be, release }) => `${be} ${release}`),
    [`next ${newest.release}`, `next ${oldest.release}`, `one ${oldest.release}`],
  );
}

test('boots the new kernel with its initramfs, and after a rollback the old one', async () => {
  const work = await mkdtemp(join(tmpdir(), 'be-hook-boot-upgrade-'));
  const all = await kernels();
  const [oldest, , newest] = all;
  const environments = [{ name: 'one', content: 'full', kernels: [oldest] }] as const;
  const disk = await makeDisk({ grub: '2.14', menuDirectory: 'grub2', environments });
  try {
    await moveBootToPartition(disk);
    await withMountedTop(disk.image, (top) => bringPackages(join(top, '@one'), work, all));
    const running = { firmware: 'uefi', rootFlags: 'subvol=@one' } as const;
    expectUpgrade(await factsIn(disk, running, upgrade), all);

    const root = 'be-hook/next/root';
    const first = await guestFacts(disk, { script: back });
    expectReport(first, { root, release: newest.release, initramfs: 'of the new package' });
    assert.equal([first.facts('root'), first.facts('boot')], [`/${root}`, 'ext4']);
    assert.is(first.facts('packages').split('\n').length, 2);
    assert.match(first.facts('rollback'), /reboot to go back[^]*status 0$/);

    // systemd has started when the agent reports.
    const second = await boot(disk.image, { until: /^BOOTED .*\}\r?$/m });
    expectReport(second, { root: '@one', release: oldest.release, initramfs: `one ${oldest.release}` });
    const old = await factsIn(disk, running, look);
    assert.equal([old('root'), old('boot')], ['/@one', 'ext4']);
    assert.is(old('packages').split('\n').length, 1);
  } finally {
    await disk.remove();
    await rm(work, { recursive: true, force: true });
  }
});

test.run();
