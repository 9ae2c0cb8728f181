import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootedWordsOf } from '../support/grub/boot.ts';
import { grubVersions } from '../support/grub/versions.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';

const test = suite('hostile names');

const release = '6.1.0-1';

/** Names of subvolumes that no installer uses, but an administrator or a program may. */
const paths = [
  'two words',
  "apostrophe's",
  'double"quote',
  'dollar$root',
  'semi;echo PWNED',
  'curly{x}',
  'pipe|and&',
  'back\\slash',
  'grüße-世界',
  'comma,comma',
  '#hash',
  'star*?[a]',
  '-dash',
  'deep/er/@root',
  `${'long'.repeat(63)}abc`,
];

/** Options of a command line. Some have a meaning in a shell or in GRUB, others in neither. */
const commandLine = 'a=$b c=;d {e} f#g |h &i `j` k=(l) "m n" o="p  q" r=\u00fc <s> !t *u ? [v] ~w %x @y z:';

const words = [
  'a=$b',
  'c=;d',
  '{e}',
  'f#g',
  '|h',
  '&i',
  '`j`',
  'k=(l)',
  'm n',
  'o=p  q',
  'r=\u00fc',
  '<s>',
  '!t',
].concat(['*u', '?', '[v]', '~w', '%x', '@y', 'z:']);

test('do not change the arguments that every real GRUB passes to the kernel', async () => {
  const grubs = await grubVersions();
  await withBtrfs({}, async (fs) => {
    const hostileTitle = `PRETTY_NAME="It's \\"\\$5\\"; { \\\\ } | & > < # \u00fc"\nID='$(id)'\n`;
    for (const [index, path] of paths.entries()) {
      const root = await makeRoot(fs, path, {
        kernels: [release],
        osRelease: hostileTitle,
        label: `be${index}`,
        grubCfg: null,
      });
      await mkdir(join(root, 'etc/kernel'));
      await writeFile(
        join(root, 'etc/kernel/cmdline'),
        `root=LABEL=other rootflags=compress=zstd,subvol=other ${commandLine}\n`,
      );
      await beHookOk('adopt', '--name', `be${index}x`, '--filesystem', fs.top, '--', path);
    }
    const { entries } = await menuOf(fs.top);
    const listed = await listOf(fs.top);
    assert.is(entries.length, paths.length);

    await fs.unmounted(async () => {
      for (const tools of grubs) {
        for (const [index, path] of paths.entries()) {
          const entry = entries.find(({ be }) => be === `be${index}x`);
          const home = `/${paths[0] ?? ''}/boot/grub`;
          const run = await bootedWordsOf({ tools, images: fs.images, menuDirectory: home }, entry?.id ?? '');
          const id = listed.find(({ name }) => name === entry?.be)?.subvolume.id ?? 0;
          const named = /^[A-Za-z0-9@._+/:=~-]+$/.test(path) ? `subvol=${path}` : `subvolid=${id}`;
          const expected = [`root=UUID=${fs.uuid}`, 'ro', `rootflags=compress=zstd,${named}`, ...words];
          assert.equal(
            run.booted?.linux,
            [`/${path}/boot/vmlinuz-${release}`, ...expected],
            `${tools.version} ${path}`,
          );
          assert.equal(run.booted?.initrd, [`/${path}/boot/initramfs-${release}.img`]);
          assert.not.ok(
            run.messages.some((line) => line.trim() === 'PWNED'),
            'nothing of it is executed',
          );
        }
      }
    });
  });
});

test('are refused if a menu or a terminal cannot hold them', async () => {
  await withBtrfs({}, async (fs) => {
    await makeRoot(fs, '@be1', { kernels: [release] });
    await beHookOk('adopt', '@be1', '--filesystem', fs.top);
    await makeRoot(fs, 'escape\u001b[2J', { kernels: [release] });

    const refused = await beHook('adopt', 'escape\u001b[2J', '--filesystem', fs.top);

    assert.is(refused.status, 65);
    assert.match(refused.stderr, /cannot adopt “escape\?\[2J”: a boot menu cannot hold/);
    assert.not.match(refused.stderr, '\u001b');
    for (const name of [
      'two words',
      "it's",
      'a;b',
      '$x',
      'a\nb',
      '-dash',
      '.dot',
      'tries+3',
      'ü',
      'x'.repeat(65),
      '',
    ]) {
      const { status } = await beHook('adopt', '@be1', `--name=${name}`, '--filesystem', fs.top);
      assert.is(status, name === '' ? 64 : 1, JSON.stringify(name));
    }
  });
});

test('in os-release bring no terminal escapes into the menu', async () => {
  await withBtrfs({}, async (fs) => {
    const osRelease = 'PRETTY_NAME="evil\u001b]0;title\u0007\u202e name"\n';
    await makeRoot(fs, '@be1', { kernels: [release], osRelease });

    await beHookOk('adopt', '@be1', '--filesystem', fs.top);

    const [entry] = (await menuOf(fs.top)).entries;
    assert.is(entry?.title, `be1: evil?]0;title?? name, Linux ${release}`);
  });
});

test('leave one root= and one rootflags= in the options, for the environment itself', async () => {
  await withBtrfs({}, async (fs) => {
    const root = await makeRoot(fs, '@be1', { kernels: [release] });
    await mkdir(join(root, 'etc/kernel'));
    const copied =
      'BOOT_IMAGE=(hd0)/x root=/dev/sda1 rw initrd=\\x rootflags=subvol=@a root=UUID=b rootflags=subvolid=5,degraded';
    await writeFile(join(root, 'etc/kernel/cmdline'), `${copied} quiet $tuned_params\n`);

    await beHookOk('adopt', '@be1', '--filesystem', fs.top);

    const [entry] = (await menuOf(fs.top)).entries;
    assert.is(entry?.options, `root=UUID=${fs.uuid} rw rootflags=degraded,subvol=@be1 quiet`);
  });
});

test.run();
