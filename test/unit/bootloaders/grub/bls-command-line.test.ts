import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../../lib/bootloaders/grub/backend.ts';
import { planCommandLine } from '../../../../lib/plan/cmdline.ts';
import { worldOf } from '../../../../lib/plan/world.ts';
import {
  aSystem,
  distributionGrubCfg,
  environmentOf,
  filesystemUuid,
  noFile,
  planned,
  type SystemBuilder,
  textFile,
} from '../../../support/builders.ts';

/* A machine whose GRUB menu consists of BLS entries (Fedora): the entry of a kernel contains its command line. */
const test = suite('command lines of BLS entries');

const place = [`root=UUID=${filesystemUuid}`, 'ro', 'rootflags=subvol=@a'];
const entryPath = '@a/boot/loader/entries/0123-6.1.conf';
const withEntry = (options: string, grubCfg = 'blscfg\n'): SystemBuilder =>
  aSystem()
    .withBe('a')
    .withKernel('6.1')
    .withGrubCfg(grubCfg)
    .with({
      commandLine: textFile('@a/etc/kernel/cmdline', 'next-only\n'),
      blsEntries: [textFile(entryPath, `title x\nversion 6.1\nlinux /@a/boot/vmlinuz-6.1\noptions ${options}\n`)],
    });
const options = (system: SystemBuilder): readonly string[] =>
  environmentOf(system.state(), 'a').kernels[0]?.options.slice(3) ?? [];
const problems = (system: SystemBuilder): readonly string[] =>
  environmentOf(system.state(), 'a').problems.map(({ code }) => code);
const block = (text: string): string => `# GRUB Environment Block\n${text}\n`.padEnd(1024, '#');
const tuned = (text: string, system: SystemBuilder): SystemBuilder =>
  system.with((root) => ({
    loaderSetting: { ...root.loaderSetting, tuned: textFile('@a/etc/tuned/bootcmdline', text) },
  }));

test('come from the entry, not from /etc/kernel/cmdline, and name the environment', () => {
  const system = withEntry('root=UUID=other ro rootflags=subvol=gone one-kernel');
  assert.equal(environmentOf(system.state(), 'a').kernels[0]?.options, [...place, 'one-kernel']);
});

test('come from /etc/kernel/cmdline for a kernel without an entry', () => {
  const system = withEntry('x').with({ blsEntries: [] });
  assert.equal(options(system), ['next-only']);
});

const unreadable = { kind: 'unreadable', path: entryPath, why: 'it is not UTF-8 text' } as const;

test('an unreadable entry blocks its environment only if no other file has the command line', () => {
  const blockerWith = (grubCfg: string | undefined): string | undefined => {
    const commandLine = noFile('@a/etc/kernel/cmdline');
    const system = withEntry('x', grubCfg ?? '').with({ commandLine, blsEntries: [unreadable] });
    const home = grubCfg === undefined ? { grubCfg: noFile('@a/boot/grub2/grub.cfg') } : {};
    return environmentOf(system.withHome(home).state(), 'a').blocker?.code;
  };
  assert.is(blockerWith('blscfg\n'), 'file-unreadable');
  assert.is(blockerWith(undefined), 'file-unreadable');
  assert.is(blockerWith(distributionGrubCfg('vmlinuz-6.1')), undefined);
});

test('come from /etc/kernel/cmdline if the entry is unreadable, with a warning', () => {
  const system = withEntry('x').with({ blsEntries: [unreadable] });
  assert.equal(options(system), ['next-only']);
  assert.equal(problems(system), ['file-unreadable']);
});

test('an unreadable entry omits only the kernel whose command line no other file has', () => {
  const other = textFile('@a/boot/loader/entries/m-6.2.conf', 'version 6.2\nlinux /vmlinuz-6.2\noptions b\n');
  const system = withEntry('x')
    .withKernel('6.2')
    .with({ moduleReleases: ['6.1', '6.2'], commandLine: noFile('@a/etc/kernel/cmdline') })
    .with({ blsEntries: [unreadable, other] });
  const { kernels, blocker } = environmentOf(system.state(), 'a');
  assert.equal([kernels.map(({ release }) => release), blocker], [['6.2'], undefined]);
  assert.equal(problems(system), ['file-unreadable']);
});

test('$tuned_params has the value of grub.cfg, or else the value of tuned', () => {
  const set = 'set tuned_params="isolcpus=1,2 nohz=on"\nblscfg\n';
  assert.equal(options(withEntry('quiet $tuned_params', set)), ['quiet', 'isolcpus=1,2', 'nohz=on']);
  const file = 'TUNED_BOOT_CMDLINE="isolcpus=3"\nTUNED_BOOT_INITRD_ADD=""\n';
  for (const form of ['$tuned_params', '${tuned_params}'])
    assert.equal(options(tuned(file, withEntry(`quiet ${form}`))), ['quiet', 'isolcpus=3']);
});

test('$tuned_params has the value of grubenv if grub.cfg sets none', () => {
  const grubenv = textFile('@a/boot/grub2/grubenv', block('tuned_params=isolcpus=4'));
  const system = withEntry('quiet $tuned_params').withHome({ grubenv });
  assert.equal(options(tuned('TUNED_BOOT_CMDLINE="isolcpus=3"\n', system)), ['quiet', 'isolcpus=4']);
});

const initrdsOf = (system: SystemBuilder): readonly string[] =>
  environmentOf(system.state(), 'a').kernels[0]?.initrds.map(({ path }) => path) ?? [];
const initramfs = '@a/boot/initramfs-6.1.img';
const withInitrd = (value: string): SystemBuilder =>
  tuned(`TUNED_BOOT_INITRD_ADD="${value}"\n`, withEntry('quiet\ninitrd /@a/boot/initramfs-6.1.img $tuned_initrd'));

for (const value of ['/tuned.img', '/boot/tuned.img', '/@a/boot/tuned.img', '/root/boot/tuned.img']) {
  test(`$tuned_initrd is the file in the environment's own /boot for ${value}`, () => {
    const system = withInitrd(value).withBootFile('tuned.img');
    assert.equal(initrdsOf(system), [initramfs, '@a/boot/tuned.img']);
    assert.equal(problems(system), []);
  });
}

test('$tuned_initrd is omitted with a warning if the file is missing or damaged', () => {
  assert.equal(
    [initrdsOf(withInitrd('/tuned.img')), problems(withInitrd('/tuned.img'))],
    [[initramfs], ['initrd-left-out']],
  );
  const empty = withInitrd('/tuned.img').withBootFile('tuned.img', { fault: 'empty' });
  assert.equal([initrdsOf(empty), problems(empty)], [[initramfs], ['initrd-left-out']]);
});

test('$tuned_initrd is used only if the entry of the kernel contains it', () => {
  const system = tuned('TUNED_BOOT_INITRD_ADD="/tuned.img"\n', withEntry('quiet').withBootFile('tuned.img'));
  assert.equal(initrdsOf(system), [initramfs]);
  assert.equal([initrdsOf(withInitrd('')), problems(withInitrd(''))], [[initramfs], []]);
});

test('$kernelopts has the value of grubenv, or else the value of grub.cfg', () => {
  const set = 'if [ -z "${kernelopts}" ]; then\n  set kernelopts="root=UUID=x ro from-cfg "\nfi\nblscfg\n';
  assert.equal(options(withEntry('$kernelopts', set)), ['from-cfg']);
  const kept = withEntry('$kernelopts', set).withHome({
    grubenv: textFile('@a/boot/grub2/grubenv', block('kernelopts=root=UUID=x ro from-env')),
  });
  assert.equal(options(kept.withGrubCfg(set)), ['from-env']);
});

test('an unknown variable is omitted with a warning, extra_cmdline without a warning', () => {
  const unknown = withEntry('quiet $mine last');
  assert.equal(options(unknown), ['quiet', 'last']);
  assert.equal(problems(unknown), ['variable-unknown']);
  const extra = withEntry('quiet ${extra_cmdline}');
  assert.equal(options(extra), ['quiet']);
  assert.equal(problems(extra), []);
});

test('a dollar sign inside an argument is data in text that GRUB does not read', () => {
  const system = withEntry('quiet', 'echo\n').with({
    commandLine: textFile('@a/etc/kernel/cmdline', 'a=$b $tuned_params\n'),
  });
  assert.equal(options(tuned('TUNED_BOOT_CMDLINE="isolcpus=3"\n', system)), ['a=$b', 'isolcpus=3']);
});

test('an entry with a control character blocks the environment', () => {
  const system = withEntry('quiet\u001b[2J');
  assert.is(environmentOf(system.state(), 'a').blocker?.code, 'file-malformed');
});

const change = { name: 'a', append: 'debug', remove: 'quiet' };
const written = (system: SystemBuilder): ReadonlyMap<string, string> =>
  new Map(
    planned(planCommandLine(worldOf(system.observation(), grub), change)).steps.flatMap((step) =>
      step.kind === 'write-file' ? [[step.path, step.text]] : [],
    ),
  );

test('cmdline edits entries and GRUB_CMDLINE_LINUX, then /etc/kernel/cmdline', () => {
  const system = withEntry('root=UUID=x rootflags=subvol=@a,compress=zstd quiet $tuned_params').withGrubDefaults(
    'GRUB_TIMEOUT=3\nGRUB_CMDLINE_LINUX="rhgb quiet"\n',
  );
  const files = written(tuned('TUNED_BOOT_CMDLINE=""\n', system));
  const paths = [...files.keys()];
  const edited = 'root=UUID=x rootflags=subvol=@a,compress=zstd $tuned_params debug';
  assert.match(files.get(entryPath) ?? '', `\noptions ${edited}\n`);
  assert.match(files.get('@a/etc/default/grub') ?? '', '\nGRUB_CMDLINE_LINUX="rhgb debug"\n');
  assert.is(files.get('@a/etc/kernel/cmdline'), 'next-only debug\n');
  assert.ok(paths.indexOf('@a/etc/kernel/cmdline') > paths.indexOf('@a/etc/default/grub'));
  assert.match(files.get('@a/boot/grub2/be-hook.cfg') ?? '', / debug/);
});

test('cmdline keeps the comments of /etc/kernel/cmdline, with and without entries', () => {
  const commandLine = textFile('@a/etc/kernel/cmdline', '# was: init=/bin/sh\nquiet rhgb\n');
  const edited = written(withEntry('quiet').with({ commandLine })).get('@a/etc/kernel/cmdline');
  assert.is(edited, '# was: init=/bin/sh\nrhgb debug\n');
  const plain = withEntry('quiet', 'echo\n').with({ commandLine });
  assert.equal(options(plain), ['quiet', 'rhgb']);
  const printed = [...place, 'rhgb', 'debug'].join(' ');
  assert.is(written(plain).get('@a/etc/kernel/cmdline'), `# was: init=/bin/sh\n${printed}\n`);
});

test('a file that has only comments contains no command line', () => {
  const commandLine = textFile('@a/etc/kernel/cmdline', '# init=/bin/sh\n');
  const system = withEntry('from-entry', 'echo\n').with({ commandLine });
  assert.equal(options(system), ['from-entry']);
});

test('cmdline creates no /etc/kernel/cmdline', () => {
  const system = withEntry('quiet').with({ commandLine: noFile('@a/etc/kernel/cmdline') });
  assert.not.ok(written(system).has('@a/etc/kernel/cmdline'));
  assert.match(written(system).get(entryPath) ?? '', '\noptions debug\n');
});

test('cmdline writes nothing if every file already has the requested arguments', () => {
  const system = withEntry('root=UUID=x debug')
    .with({ commandLine: textFile('@a/etc/kernel/cmdline', 'debug\n') })
    .withGrubDefaults('GRUB_CMDLINE_LINUX="debug"\n');
  assert.equal(
    [...written(system).keys()].filter((path) => !path.includes('/boot/grub2/') && !path.includes('/grub.d/')),
    [],
  );
});

test.run();
