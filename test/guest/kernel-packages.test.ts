import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Disk } from '../support/disk/make.ts';
import { makeDisk } from '../support/disk/make.ts';
import { chooseEntry } from '../support/disk/menu-edit.ts';
import { withMountedTop } from '../support/disk/mount.ts';
import { addInitramfsId } from '../support/guest/initramfs-id.ts';
import {
  buildBasePackage,
  buildKernelPackage,
  packageVersion,
  writeFedoraPlugins,
} from '../support/guest/kernel-packages.ts';
import type { GuestKernels } from '../support/guest/kernels.ts';
import { kernels } from '../support/guest/kernels.ts';
import { type NativeResult, runNatively } from '../support/guest/native.ts';
import { boot } from '../support/guest/qemu.ts';
import type { Stage } from '../support/guest/stages.ts';
import { parseStages, stageFunctions, withoutStages } from '../support/guest/stages.ts';
import { reportOf, whatBoots } from '../support/guest/start.ts';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import { menuOf } from '../support/program.ts';
import { buildBeHook, makeTop } from '../support/rpm/build.ts';

const test = suite('kernel packages');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'btrfstune'));

const byHand = '6.1.0-99-by-hand';

/**
 * The oldest kernel came with the disk, so its package is only entered into the database. No path unit runs, because it
 * would hide a hook that does nothing. Here kernel-install and rpm work alone.
 */
function firstJob(oldest: string, newest: string): string {
  return `set -e
${stageFunctions}
mkdir -p /etc/kernel/install.d
install -m 0755 install.d/* /etc/kernel/install.d
rpm -i --justdb base.rpm
rpm -i --justdb --noscripts --notriggers recorded.rpm
rpm -i be-hook.rpm
be-hook setup --yes 2>/dev/null
be-hook adopt @be2 | cat
stage 'be-hook installed'
dnf5 -q -y --disablerepo='*' --repofrompath="local,file://$PWD/repo" --no-gpgchecks install kernel-core-${newest}
stage 'dnf install'
mkdir /lib/modules/${byHand}
touch /lib/modules/${byHand}/modules.builtin
cp /boot/vmlinuz-${oldest} /lib/modules/${byHand}/vmlinuz
cp /boot/initramfs-${oldest}.img /lib/modules/${byHand}/prebuilt.img
kernel-install add ${byHand} /lib/modules/${byHand}/vmlinuz
stage 'kernel-install add'
kernel-install remove ${byHand}
stage 'kernel-install remove'
rm -r /lib/modules/${byHand}
rpm -i kernel.rpm
stage 'rpm -i without kernel-install'
rpm -e kernel
stage 'rpm -e without kernel-install'
`;
}

function secondJob(oldest: string): string {
  return `set -e
${stageFunctions}
rpm -e kernel-core-${oldest}
stage 'rpm -e of the old kernel'
rpm -i kernel.rpm
stage 'rpm -i without kernel-install'
`;
}

/**
 * Here grub-mkconfig made the distribution's menu, which has to stay correct below the menu of be-hook. The emulated
 * GRUB has no graphical terminal, which grub-mkconfig would choose.
 */
function thirdJob(newest: string): string {
  return `set -e
${stageFunctions}
echo GRUB_TERMINAL=console >>/etc/default/grub
grub-mkconfig -o /boot/grub/grub.cfg 2>/dev/null
rpm -e kernel-core-${newest}
stage 'rpm -e of the default kernel'
`;
}

/** The files for the jobs: be-hook's package, a dnf repository of Fedora-style kernels, and a PLD-style kernel. */
async function makeFiles(work: string, [oldest, middle, newest]: GuestKernels): Promise<string> {
  const files = join(work, 'files');
  await makeTop(join(work, 'top'));
  await mkdir(join(files, 'repo'), { recursive: true });
  await writeFedoraPlugins(join(files, 'install.d'));
  await copyFile(await buildBasePackage(join(work, 'top')), join(files, 'base.rpm'));
  await copyFile((await buildBeHook(join(work, 'out'))).binary, join(files, 'be-hook.rpm'));
  const marked = join(work, 'marked.img');
  await addInitramfsId(middle.tinyInitramfs, 'made by its package', marked);
  const packages = [
    { kernel: oldest, initramfs: oldest.initramfs, style: 'fedora', recorded: true, name: 'recorded.rpm' },
    { kernel: newest, initramfs: newest.initramfs, style: 'fedora', name: 'repo/kernel-core.rpm' },
    { kernel: middle, initramfs: marked, style: 'pld', name: 'kernel.rpm' },
  ] as const;
  for (const { name, ...made } of packages) {
    await rename(await buildKernelPackage(join(work, 'top'), made), join(files, name));
  }
  await tool('createrepo_c', ['-q', join(files, 'repo')]);
  return files;
}

/** Compares a stage with the expected kernels of each environment, newest first, and its files with each other. */
function expectStage(stage: Stage | undefined, name: string, be1: readonly string[], be2: readonly string[]): void {
  assert.is(stage?.name, name);
  if (stage === undefined) return;
  const offered = [...be1.map((release) => `be1 ${release}`), ...be2.map((release) => `be2 ${release}`)];
  const { entries } = stage.menu;
  assert.equal(
    entries.map(({ be, release }) => `${be} ${release}`),
    offered,
    `${name}: the menu`,
  );
  assert.equal(
    entries.filter((entry) => entry.default).map(({ be, release }) => `${be} ${release}`),
    [`be1 ${be1[0]}`],
    `${name}: the default`,
  );
  const listed = stage.environments.flatMap((listed) =>
    listed.kernels.map(({ release }) => `${listed.name} ${release}`),
  );
  assert.equal(listed, offered, `${name}: the list`);
  assert.equal([...stage.menuDirectories.keys()], ['/@be1/boot/grub', '/@be2/boot/grub']);
  for (const [home, text] of stage.menuDirectories) assert.equal(imagesIn(text), images(be1, be2), `${name}: ${home}`);
  assert.is(new Set(stage.menuDirectories.values()).size, 1, `${name}: every home has the same menu`);
  assert.is(stage.missing, '', `${name}: all that the menu names is on disk`);
}

function images(be1: readonly string[], be2: readonly string[]): string[] {
  const of = (be: string) => (release: string) => `/@${be}/boot/vmlinuz-${release}`;
  return [...be1.map(of('be1')), ...be2.map(of('be2'))];
}

function imagesIn(menu: string): string[] {
  return [...menu.matchAll(/^\s*linux\s+(\S+)/gm)].map((match) => match[1] ?? '');
}

/** Neither be-hook nor rpm reported an error. */
function expectQuiet({ output, exitCode }: NativeResult): void {
  assert.is(exitCode, 0, withoutStages(output));
  const complaints = /^.*(?:be-hook: |scriptlet failed).*$|^error: .*$/gm;
  assert.equal(withoutStages(output).match(complaints) ?? [], []);
}

/** `be-hook menu` prints the same for the image from outside as at the end inside. */
async function expectKept(disk: Disk, last: Stage | undefined): Promise<void> {
  assert.equal(await withMountedTop(disk.image, menuOf), last?.menu);
}

/**
 * The jobs run on the disk without a guest, because systemd has no part in them. In between, guests show what the disk
 * boots.
 */
async function tellStory(disk: Disk, work: string, [oldest, middle, newest]: GuestKernels): Promise<void> {
  const files = await makeFiles(work, [oldest, middle, newest]);
  const run = async (release: string, script: string): Promise<readonly Stage[]> => {
    const start = await whatBoots(disk);
    const report = await reportOf(disk, start);
    assert.equal([report.id, report.subvolume, report.release], ['be1', '/@be1', release], 'the default boots');
    const result = await runNatively(disk, start, { script, files });
    expectQuiet(result);
    const stages = parseStages(result.output);
    await expectKept(disk, stages.at(-1));
    return stages;
  };
  const [low, mid, high] = [oldest.release, middle.release, newest.release];

  const [installed, dnf, added, removed, rpm, erased] = await run(low, firstJob(low, packageVersion(newest)));
  expectStage(installed, 'be-hook installed', [low], [low]);
  expectStage(dnf, 'dnf install', [high, low], [low]);
  expectStage(added, 'kernel-install add', [high, byHand, low], [low]);
  expectStage(removed, 'kernel-install remove', [high, low], [low]);
  expectStage(rpm, 'rpm -i without kernel-install', [high, mid, low], [low]);
  expectStage(erased, 'rpm -e without kernel-install', [high, low], [low]);

  const [old, other] = await run(high, secondJob(packageVersion(oldest)));
  expectStage(old, 'rpm -e of the old kernel', [high], [low]);
  expectStage(other, 'rpm -i without kernel-install', [high, mid], [low]);

  const [last] = await run(high, thirdJob(packageVersion(newest)));
  expectStage(last, 'rpm -e of the default kernel', [mid], [low]);
  assert.equal(new Set(imagesIn(last?.grubCfg ?? '')), new Set(images([mid], [])), "the distribution's menu, too");

  const { report } = await boot(disk.image, {});
  assert.equal([report?.id, report?.release, report?.initramfs], ['be1', mid, 'made by its package'], 'the last one');
  const kept = last?.menu.entries.find(({ be }) => be === 'be2');
  await withMountedTop(disk.image, (top) => chooseEntry(join(top, '@be1/boot/grub/be-hook.cfg'), kept?.id ?? ''));
  const otherBe = await reportOf(disk, await whatBoots(disk));
  assert.equal([otherBe.id, otherBe.release], ['be2', low], 'what be1 erased, be2 still has');
}

test('of dnf, rpm and kernel-install update every menu, and the default boots', async () => {
  const work = await mkdtemp(join(tmpdir(), 'be-hook-kernel-packages-'));
  const all = await kernels();
  const environments = [
    { name: 'be1', content: 'full', kernels: [all[0]] },
    { name: 'be2', content: 'tiny', kernels: [all[0]] },
  ] as const;
  const disk = await makeDisk({ grub: '2.14', environments });
  try {
    await tellStory(disk, work, all);
  } finally {
    await disk.remove();
    await rm(work, { recursive: true, force: true });
  }
});

test.run();
