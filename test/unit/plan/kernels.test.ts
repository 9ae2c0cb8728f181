import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BootEnvironment } from '../../../lib/model/environment.ts';
import { onRoot } from '../../../lib/model/place.ts';
import {
  aSystem,
  bootFile,
  environmentOf,
  filesystemUuid,
  noFile,
  type SystemBuilder,
  textFile,
} from '../../support/builders.ts';
import { mageiaLinks, pldLinks, suseLinks } from '../../support/distributions/kernel-links.ts';

const a = (system: SystemBuilder): BootEnvironment => environmentOf(system.state(), 'a');
const releases = (system: SystemBuilder): readonly string[] => a(system).kernels.map(({ release }) => release);
const bare = aSystem().withBe('a');

const test = suite('kernels of an environment');

test('are ordered newest first', () => {
  assert.equal(releases(bare.withKernel('6.9.1', '6.10.1', '0-rescue-abc', '6.2.1')), [
    '6.10.1',
    '6.9.1',
    '6.2.1',
    '0-rescue-abc',
  ]);
});

for (const [who, links, initrd] of [
  ['Mageia', mageiaLinks('6.6.1-desktop-1.mga10', 'desktop'), 'initrd-6.6.1-desktop-1.mga10.img'],
  ['PLD', pldLinks('6.6.1-desktop-1.mga10'), 'initrd-6.6.1-desktop-1.mga10.gz'],
] as const) {
  test(`do not include a link of ${who} to another image in /boot`, () => {
    const release = '6.6.1-desktop-1.mga10';
    const files = bare
      .withBootFile(`vmlinuz-${release}`)
      .withBootFile(initrd)
      .with({ moduleReleases: [release] });
    const system = links.reduce(
      (candidate, { name, to }) => candidate.withBootFile(name, { target: `@a/boot/${to}` }),
      files,
    );
    assert.equal(releases(system), [release]);
  });
}

test('include a link of openSUSE into /usr/lib/modules once', () => {
  const release = '6.17.1-1-default';
  const target = `@a/usr/lib/modules/${release}/vmlinuz`;
  const files = bare
    .withBootFile(`initrd-${release}`)
    .with({ moduleReleases: [release], moduleImages: [bootFile(target)] });
  const system = suseLinks(release).reduce(
    (candidate, { name }) =>
      candidate.withBootFile(name, { target: name.startsWith('vmlinuz') ? target : `@a/boot/initrd-${release}` }),
    files,
  );
  assert.equal(
    a(system).kernels.map(({ image }) => image),
    [onRoot(target)],
  );
});

// The names that dracut, initramfs-tools, openSUSE, mkinitcpio, PLD and genkernel use.
for (const [image, initrd] of [
  ['vmlinuz-6.1', 'initramfs-6.1.img'],
  ['vmlinuz-6.1', 'initrd.img-6.1'],
  ['vmlinuz-6.1', 'initrd-6.1'],
  ['vmlinuz-6.1', 'initrd-6.1.gz'],
  ['kernel-6.1', 'initramfs-6.1.img'],
  ['Image-6.1', 'initrd-6.1'],
  ['vmlinuz-linux', 'initramfs-linux.img'],
] as const) {
  test(`pair ${image} with ${initrd}`, () => {
    const system = bare
      .with({ moduleReleases: ['6.1'] })
      .withBootFile(image)
      .withBootFile(initrd);

    const [kernel] = a(system).kernels;
    assert.equal([kernel?.image, kernel?.initrds], [onRoot(`@a/boot/${image}`), [onRoot(`@a/boot/${initrd}`)]]);
  });
}

test('include a kernel in its modules directory, unless /boot has it too', () => {
  const image = bootFile('@a/usr/lib/modules/6.1/vmlinuz');
  const initrd = bootFile('@a/usr/lib/modules/6.1/initrd');
  const system = bare.with({ moduleReleases: ['6.1'], moduleImages: [image, initrd] });

  assert.equal(
    a(system).kernels.map((kernel) => [kernel.release, kernel.image, kernel.initrds]),
    [['6.1', onRoot(image.path), [onRoot(initrd.path)]]],
  );
  assert.equal(
    a(system.withKernel('6.1')).kernels.map((kernel) => kernel.image),
    [onRoot('@a/boot/vmlinuz-6.1')],
  );
});

test('use the image in the modules directory if the image in /boot is damaged', () => {
  const image = bootFile('@a/usr/lib/modules/6.1/vmlinuz');
  const system = bare
    .with({ moduleReleases: ['6.1'], moduleImages: [image] })
    .withBootFile('vmlinuz-6.1', { fault: 'empty' })
    .withBootFile('initramfs-6.1.img');

  assert.equal(
    a(system).kernels.map((kernel) => kernel.image),
    [onRoot(image.path)],
  );
});

test('load microcode before the initramfs', () => {
  const system = bare.withKernel('6.1').withBootFile('amd-ucode.img').withBootFile('intel-ucode.img');

  assert.equal(
    a(system).kernels[0]?.initrds,
    ['@a/boot/intel-ucode.img', '@a/boot/amd-ucode.img', '@a/boot/initramfs-6.1.img'].map(onRoot),
  );
});

test('use the target of a symbolic link', () => {
  const system = bare.withBootFile('vmlinuz-linux', { target: '@a/usr/lib/k' }).withBootFile('initramfs-linux.img');

  assert.equal(a(system).kernels[0]?.image, onRoot('@a/usr/lib/k'));
});

for (const name of [
  'vmlinuz-6.1.rpmsave',
  'vmlinuz-6.1.old',
  'vmlinuz-6.1~',
  'vmlinuz-6.1.dpkg-bak',
  '.vmlinuz-6.1.hmac',
  'vmlinuz',
  'config-6.1',
]) {
  test(`do not include ${name}`, () => {
    const { kernels, problems } = a(bare.withBootFile(name));
    assert.equal([kernels, problems], [[], [{ code: 'no-kernels', name: 'a' }]]);
  });
}

for (const fault of ['empty', 'dangling', 'placeholder', 'not-a-file', 'sparse', 'preallocated'] as const) {
  test(`report and omit an image or initramfs that is ${fault}`, () => {
    const withModules = bare.with({ moduleReleases: ['6.1'] });
    const image = withModules.withBootFile('vmlinuz-6.1', { fault }).withBootFile('initramfs-6.1.img');
    const initrd = withModules.withBootFile('vmlinuz-6.1').withBootFile('initramfs-6.1.img', { fault });

    for (const [system, path] of [
      [image, '@a/boot/vmlinuz-6.1'],
      [initrd, '@a/boot/initramfs-6.1.img'],
    ] as const) {
      assert.equal(a(system).kernels, []);
      assert.equal(a(system).problems, [{ code: 'kernel-fault', name: 'a', path, fault }]);
    }
  });
}

test('report and omit a kernel without an initramfs or modules', () => {
  const path = '@a/boot/vmlinuz-6.1';
  const noInitrd = a(bare.with({ moduleReleases: ['6.1'] }).withBootFile('vmlinuz-6.1'));
  const noModules = a(bare.withBootFile('vmlinuz-6.1').withBootFile('initramfs-6.1.img'));

  assert.equal(
    [noInitrd.kernels, noInitrd.problems],
    [[], [{ code: 'kernel-fault', name: 'a', path, fault: 'no-initrd' }]],
  );
  assert.equal(
    [noModules.kernels, noModules.problems],
    [[], [{ code: 'kernel-fault', name: 'a', path, fault: 'no-modules' }]],
  );
});

test('report and omit a file name that cannot be a release', () => {
  for (const release of ['6.1 x', "6.1'", '6.1$x', '6.1>y', '6.1;']) {
    const { kernels, problems } = a(bare.withKernel(release));
    assert.equal(
      [kernels, problems.map((problem) => problem.code === 'kernel-fault' && problem.fault)],
      [[], ['name']],
    );
  }
});

test('do not include a file name with a line break', () => {
  assert.equal(a(bare.withKernel('6.1\n', '6.1\nmenuentry')).kernels, []);
});

test('are empty for a read-only environment', () => {
  const { kernels, problems } = a(bare.withKernel('6.1').with({ readOnly: true }));

  assert.equal([kernels, problems], [[], [{ code: 'subvolume-read-only', path: '@a' }]]);
});

test.run();

const lines = suite('command lines of an environment');

const own = [`root=UUID=${filesystemUuid}`, 'ro', 'rootflags=subvol=@a'];
const options = (system: SystemBuilder): readonly string[] =>
  a(system.withKernel('6.1', '6.2')).kernels[1]?.options ?? [];
const noCmdline = bare.with({ commandLine: noFile('@a/etc/kernel/cmdline') });
const bls = (name: string, text: string): SystemBuilder =>
  noCmdline.with({ blsEntries: [textFile(`@a/boot/loader/entries/${name}`, text)] });

lines('come first from /etc/kernel/cmdline if the menu has no BLS entries', () => {
  const system = bare.withGrubCfg('set timeout=5\n').with({
    commandLine: textFile('x', 'root=UUID=foreign rw a=1\n'),
    blsEntries: [textFile('y', 'version 6.1\noptions b=2')],
  });

  assert.equal(options(system), [own[0], 'rw', own[2], 'a=1']);
});

lines('come second from the BLS entry with the same version or image', () => {
  assert.equal(options(bls('x.conf', 'version 6.1\noptions root=/dev/x b=2 $tuned_params')), [...own, 'b=2']);
  assert.equal(options(bls('x.conf', 'linux /boot/vmlinuz-6.1\noptions b=3')), [...own, 'b=3']);
});

lines('come third from /etc/default/grub, in the order of the generator', () => {
  const text = 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX="d=\\"x y\\" rootflags=subvol=@other"\n';
  const system = noCmdline.withGrubDefaults(text).with({ blsEntries: [textFile('y', 'version 5\noptions e')] });

  assert.equal(options(system), [...own, 'd=x y', 'quiet']);
});

lines('use variables of earlier files in later files of /etc/default/grub.d', () => {
  const files = [textFile('x', 'GRUB_CMDLINE_LINUX="a"'), textFile('y', 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX b"')];

  assert.equal(options(noCmdline.withGrub({ defaults: files })), [...own, 'a', 'b']);
});

lines('name the root if the environment has no command line', () => {
  assert.equal(options(noCmdline), own);
});

lines('report an option that GRUB would change', () => {
  const { problems } = a(bare.with({ commandLine: textFile('x', "a=it's b=c\\d e=f") }).withKernel('6.1'));

  assert.equal(problems, [
    { code: 'option-mangled', name: 'a', word: "a=it's" },
    { code: 'option-mangled', name: 'a', word: 'b=c\\d' },
  ]);
});

lines.run();
