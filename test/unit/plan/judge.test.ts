import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findMistake, type JobFacts, judge } from '../../../lib/plan/judge.ts';
import { aSystem, environmentOf, textFile } from '../../support/builders.ts';

const test = suite('judge');

const release = '7.3.0-1.fc44.x86_64';
const id = `${'0123456789abcdef'.repeat(2)}-${release}`;
const plugin = '>>> /usr/lib/kernel/install.d/95-set-boot-entry.install failed with exit status 1.\n';
const missingInitramfs = `>>> /root/boot/initramfs-${release}.img not found\n`;
const posttrans = `${missingInitramfs}${plugin}>>> [RPM] %posttrans(kernel-core-${release}) scriptlet failed, exit status 1\n`;
const grubenv = (lines: string): string => `# GRUB Environment Block\n${lines}`.padEnd(1024, '#');

/** A copy of Fedora in which kernel-install recorded the new kernel as the default. */
function copy(
  change: { readonly kernels?: readonly string[]; readonly grubenvLine?: string; readonly entries?: boolean } = {},
) {
  const { kernels = [release], grubenvLine = `tmp_saved_entry=${id}\n`, entries = true } = change;
  const entry = textFile(
    `@a/boot/loader/entries/${id}.conf`,
    `version ${release}\nlinux /@a/boot/vmlinuz-${release}\n`,
  );
  const system = aSystem()
    .withBe('a')
    .withKernel('7.1.0-1.fc44.x86_64', ...kernels)
    .withGrubCfg('set default="${saved_entry}"\nblscfg\n')
    .withHome({ grubenv: textFile('@a/boot/grub2/grubenv', grubenv(grubenvLine)) })
    .with({ blsEntries: entries ? [entry] : [] });
  return environmentOf(system.state(), 'a');
}

const facts: JobFacts = {
  command: ['dnf5', 'upgrade'],
  status: 1,
  log: posttrans,
  before: undefined,
  after: undefined,
  tampering: undefined,
  verify: '',
  hidden: [],
  copy: copy(),
  bootFault: undefined,
  source: undefined,
};
const fails = (change: Partial<JobFacts>): boolean => findMistake(judge({ ...facts, ...change }), false) !== undefined;

test('only warns if %posttrans could not make a complete kernel the default', () => {
  assert.equal(judge(facts), [{ kind: 'default-unset', package: `kernel-core-${release}`, release }]);
  assert.is(fails({}), false);
  assert.is(fails({ log: posttrans.replace('kernel-core', 'kernel') }), false);
  assert.is(fails({ status: 0 }), false);
});

const mistakes: Readonly<Record<string, Partial<JobFacts>>> = {
  'its image or initramfs is missing': { copy: copy({ kernels: [] }) },
  'its boot loader entry is missing': { copy: copy({ entries: false }) },
  'grubenv has no tmp_saved_entry': { copy: copy({ grubenvLine: `saved_entry=${id}\n` }) },
  'tmp_saved_entry is another kernel': { copy: copy({ grubenvLine: 'tmp_saved_entry=x-7.1.0\n' }) },
  'another scriptlet of the kernel package failed': { log: posttrans.replace('%posttrans', '%post') },
  'the scriptlet is in the package of its modules': { log: posttrans.replace('kernel-core', 'kernel-modules') },
  'the scriptlet is in the package of an older kernel': { log: posttrans.replace('7.3.0', '7.2.0') },
  'another package failed too': { log: `${posttrans}${posttrans.replace('kernel-core', 'akmod')}` },
  'the command ended with an unknown status': { status: 137 },
  'the copy cannot boot': { bootFault: { code: 'no-kernels', name: 'a' } },
  'the log of the job was removed': { tampering: 'the log was removed' },
  'only the command failed': { log: '' },
  'another plugin failed': { log: posttrans.replace('95-set-boot-entry', '95-akmodsposttrans') },
  'a plugin failed for another kernel too': {
    log: `${posttrans}${plugin.replace('95-set-boot-entry', '50-dracut')}`,
  },
  'the initramfs is damaged': { log: posttrans.replace(' not found', ' appears to be corrupt.') },
  'the log does not name the plugin that failed': { log: posttrans.replace(plugin, '') },
};

for (const [name, change] of Object.entries(mistakes)) {
  test(`finds a mistake if ${name}`, () => assert.is(fails(change), true));
}

test.run();
