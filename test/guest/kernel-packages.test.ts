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
import type { JobResult } from '../support/guest/job.ts';
import { runInGuest } from '../support/guest/job.ts';
import {
  buildBasePackage,
  buildKernelPackage,
  packageVersion,
  writeFedoraPlugins,
} from '../support/guest/kernel-packages.ts';
import type { GuestKernels } from '../support/guest/kernels.ts';
import { kernels } from '../support/guest/kernels.ts';
import { boot } from '../support/guest/qemu.ts';
import type { Stage } from '../support/guest/stages.ts';
import { parseStages, stageFunctions, withoutStages } from '../support/guest/stages.ts';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import { menuOf } from '../support/program.ts';
import { buildBeHook, makeTop } from '../support/rpm/build.ts';

const test = suite('kernel packages on a running machine');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'rpmbuild', 'createrepo_c', 'scdoc', 'btrfstune'));

const byHand = '6.1.0-99-by-hand';

/**
 * The oldest kernel belongs to no package yet, for it came with the disk: its package is entered into the database. The
 * path unit is masked, because it would hide a hook that does nothing: here kernel-install and rpm are on their own.
 */
function firstJob(newest: string): string {
  return `set -e
${stageFunctions}
mkdir -p /etc/kernel/install.d
install -m 0755 install.d/* /etc/kernel/install.d
ln -s /dev/null /etc/systemd/system/be-hook.path
rpm -i --justdb base.rpm
rpm -i --justdb --noscripts --notriggers recorded.rpm
rpm -i be-hook.rpm
be-hook setup --yes 2>/dev/null
be-hook adopt @be2 | cat
stage 'be-hook installed'
dnf5 -q -y --disablerepo='*' --repofrompath="local,file://$PWD/repo" --no-gpgchecks install kernel-core-${newest}
stage 'dnf install'
mkdir /lib/modules/${byHand}
cp /boot/vmlinuz-$(uname -r) /lib/modules/${byHand}/vmlinuz
cp /boot/initramfs-$(uname -r).img /lib/modules/${byHand}/prebuilt.img
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

/** Here the distribution's menu is one that its generator made, so that it has to be kept in step below ours. */
function thirdJob(newest: string): string {
  return `set -e
${stageFunctions}
grub-mkconfig -o /boot/grub/grub.cfg 2>/dev/null
rpm -e kernel-core-${newest}
stage 'rpm -e of the default kernel'
`;
}

/** The files that the jobs find: be-hook's package, a dnf repository of Fedora-style kernels, and a PLD-style one. */
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

/** Holds a stage against the kernels that each environment ought to offer, newest first, and against itself. */
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
  const listed = stage.environments.flatMap((one) => one.kernels.map(({ release }) => `${one.name} ${release}`));
  assert.equal(listed, offered, `${name}: the list`);
  assert.equal([...stage.homes.keys()], ['/@be1/boot/grub', '/@be2/boot/grub']);
  for (const [home, text] of stage.homes) assert.equal(imagesIn(text), images(be1, be2), `${name}: ${home}`);
  assert.is(new Set(stage.homes.values()).size, 1, `${name}: every home has the same menu`);
  assert.is(stage.missing, '', `${name}: all that the menu names is on disk`);
}

function images(be1: readonly string[], be2: readonly string[]): string[] {
  const of = (be: string) => (release: string) => `/@${be}/boot/vmlinuz-${release}`;
  return [...be1.map(of('be1')), ...be2.map(of('be2'))];
}

function imagesIn(menu: string): string[] {
  return [...menu.matchAll(/^\s*linux\s+(\S+)/gm)].map((match) => match[1] ?? '');
}

/** Nothing of be-hook's went wrong, nor did rpm find anything wrong with what it did. */
function expectQuiet({ output, exitCode }: JobResult): void {
  assert.is(exitCode, 0, withoutStages(output));
  const complaints = /^.*(?:be-hook: |scriptlet failed).*$|^error: .*$/gm;
  assert.equal(withoutStages(output).match(complaints) ?? [], []);
}

/** What `be-hook menu` says of the image after a shutdown is what it said last in the guest. */
async function expectKept(disk: Disk, last: Stage | undefined): Promise<void> {
  assert.equal(await withMountedTop(disk.image, menuOf), last?.menu);
}

async function tellStory(disk: Disk, work: string, [oldest, middle, newest]: GuestKernels): Promise<void> {
  const files = await makeFiles(work, [oldest, middle, newest]);
  const options = { firmware: 'uefi', snapshot: false, timeoutSeconds: 600 } as const;
  const run = async (script: string): Promise<{ readonly result: JobResult; readonly stages: readonly Stage[] }> => {
    const result = await runInGuest(disk.image, { script, files }, options);
    expectQuiet(result);
    const stages = parseStages(result.output);
    await expectKept(disk, stages.at(-1));
    return { result, stages };
  };
  const [low, mid, high] = [oldest.release, middle.release, newest.release];

  const first = await run(firstJob(packageVersion(newest)));
  assert.is(first.result.report?.release, low);
  const [installed, dnf, added, removed, rpm, erased] = first.stages;
  expectStage(installed, 'be-hook installed', [low], [low]);
  expectStage(dnf, 'dnf install', [high, low], [low]);
  expectStage(added, 'kernel-install add', [high, byHand, low], [low]);
  expectStage(removed, 'kernel-install remove', [high, low], [low]);
  expectStage(rpm, 'rpm -i without kernel-install', [high, mid, low], [low]);
  expectStage(erased, 'rpm -e without kernel-install', [high, low], [low]);

  const second = await run(secondJob(packageVersion(oldest)));
  assert.equal([second.result.report?.id, second.result.report?.release], ['be1', high], 'the new kernel boots');
  const [old, other] = second.stages;
  expectStage(old, 'rpm -e of the old kernel', [high], [low]);
  expectStage(other, 'rpm -i without kernel-install', [high, mid], [low]);

  const third = await run(thirdJob(packageVersion(newest)));
  assert.equal([third.result.report?.id, third.result.report?.release], ['be1', high], 'it still boots');
  const [last] = third.stages;
  expectStage(last, 'rpm -e of the default kernel', [mid], [low]);
  assert.equal(new Set(imagesIn(last?.grubCfg ?? '')), new Set(images([mid], [])), "the distribution's menu, too");

  const { report } = await boot(disk.image, { firmware: 'uefi', timeoutSeconds: 180 });
  assert.equal([report?.id, report?.release, report?.initramfs], ['be1', mid, 'made by its package'], 'the last one');
  const kept = last?.menu.entries.find(({ be }) => be === 'be2');
  await withMountedTop(disk.image, (top) => chooseEntry(join(top, '@be1/boot/grub/be-hook.cfg'), kept?.id ?? ''));
  const otherBe = (await boot(disk.image, { firmware: 'uefi', timeoutSeconds: 180 })).report;
  assert.equal([otherBe?.id, otherBe?.release], ['be2', low], 'what be1 erased, be2 still has');
}

test('dnf, rpm and kernel-install change every menu with no further command, and the default always boots', async () => {
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
