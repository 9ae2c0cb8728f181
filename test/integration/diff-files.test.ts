import { chmod, chown, cp, lutimes, mkdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { onTerminal } from '../support/dialect.ts';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import { beHook, beHookOk, programPath } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';

const test = suite('be-hook diff: files');

interface Files {
  readonly below: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly path: string; readonly what: readonly string[] }[];
}

/** Makes the environment old in /root, with some files, and its copy young. */
const withDisk = preparedBtrfs(async (fs) => {
  const old = await makeRoot(fs, 'root', { kernels: ['6.1.0-1'] });
  await mkdir(join(old, 'etc/conf.d'));
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await writeFile(join(old, 'etc/conf.d', name), `file ${name}\n`);
  await symlink('a', join(old, 'etc/conf.d/link'));
  await mkdir(join(old, 'usr/share'), { recursive: true });
  for (const name of ['one', 'two', 'three']) await writeFile(join(old, 'usr/share', name), `file ${name}\n`);
  await beHookOk('adopt', 'root', '--name', 'old', '--filesystem', fs.top);
  await beHookOk('create', 'young', '--filesystem', fs.top);
});

async function withTwo(body: (fs: LoopBtrfs, old: string, young: string) => Promise<void>): Promise<void> {
  await withDisk((fs) => body(fs, join(fs.top, 'root'), join(fs.top, 'be-hook/young/root')));
}

/** The differences, without the files that be-hook itself changes in a copy. */
async function diff(fs: LoopBtrfs, from: string, to: string, ...words: readonly string[]): Promise<Files> {
  const text = await beHookOk('diff', from, to, '--json', '--filesystem', fs.top, ...words);
  const { files } = JSON.parse(text) as { files: Files };
  const own = ['/etc/fstab', '/boot/grub/grub.cfg'];
  return { ...files, changed: files.changed.filter(({ path }) => !own.includes(path)) };
}

test('reports presence, content, type, mode, owner and target, but not times', async () => {
  await withTwo(async (fs, _old, young) => {
    const at = (name: string): string => join(young, 'etc/conf.d', name);
    const { atime, mtime } = await stat(at('a'));
    await writeFile(at('a'), 'fILE A\n');
    await utimes(at('a'), atime, mtime);
    await chmod(at('b'), 0o600);
    await chown(at('c'), 12, 34);
    await rm(at('d'));
    await mkdir(at('d'));
    await writeFile(at('d/inner'), '');
    await rm(at('e'));
    await utimes(at('f'), 1, 1);
    await rm(at('link'));
    await symlink('b', at('link'));
    await mkdir(at('new'));
    await writeFile(at('new/file'), '');
    const tree = await snapshotTree(fs.top);

    assert.equal(await diff(fs, 'old', 'young'), {
      below: '/etc',
      added: ['/etc/conf.d/d/inner', '/etc/conf.d/new', '/etc/conf.d/new/file'],
      removed: ['/etc/conf.d/e'],
      changed: [
        { path: '/etc/conf.d/a', what: ['content'] },
        { path: '/etc/conf.d/b', what: ['mode'] },
        { path: '/etc/conf.d/c', what: ['owner'] },
        { path: '/etc/conf.d/d', what: ['type'] },
        { path: '/etc/conf.d/link', what: ['target'] },
      ],
    });
    const { added, removed } = await diff(fs, 'young', 'old');
    assert.equal(
      [removed, added],
      [['/etc/conf.d/d/inner', '/etc/conf.d/new', '/etc/conf.d/new/file'], ['/etc/conf.d/e']],
    );
    assert.equal(await snapshotTree(fs.top), tree);
  });
});

test('finds exactly the differences in content and presence that diff(1) finds', async () => {
  await withTwo(async (fs, old, young) => {
    await writeFile(join(young, 'etc/conf.d/a'), 'other\n');
    await rm(join(young, 'etc/conf.d/b'));
    await writeFile(join(young, 'etc/conf.d/g'), '');
    // These files share no data with the original. One has the same content, the other one has not.
    await cp(join(old, 'etc/conf.d/c'), join(young, 'etc/conf.d/c'));
    await writeFile(join(young, 'etc/conf.d/d'), 'FILE D\n');
    const said = await tool('sh', [
      '-c',
      'diff -rq --no-dereference "$1/etc" "$2/etc" || test $? = 1',
      'sh',
      old,
      young,
    ]);
    const expected = said.split('\n').flatMap((line) => {
      const [, path] = /^Files \S*?\/root(\/etc\S*) and/.exec(line) ?? [];
      const [, directory, name] = /^Only in \S*?\/root(\/etc[^:]*): (.*)$/.exec(line) ?? [];
      return path === undefined ? [`${directory}/${name}`] : [path];
    });

    const { added, removed, changed } = await diff(fs, 'old', 'young');
    const found = [...added, ...removed, ...changed.map(({ path }) => path), '/etc/fstab'];
    assert.equal(found.sort(), expected.sort());
  });
});

test('follows no symbolic link to a file or directory, and enters no subvolume', async () => {
  await withTwo(async (fs, old, young) => {
    for (const root of [old, young]) {
      await symlink('/etc/shadow', join(root, 'etc/x'));
      await symlink('/etc', join(root, 'etc/host'));
      await tool('mkfifo', [join(root, 'etc/pipe')]);
    }
    await symlink('/etc/passwd', join(young, 'etc/y'));
    await tool('btrfs', ['-q', 'subvolume', 'create', join(young, 'etc/inside')]);
    await writeFile(join(young, 'etc/inside/file'), '');
    const first = await diff(fs, 'old', 'young');
    assert.equal([first.added, first.removed, first.changed], [['/etc/y'], [], []]);

    // A link /etc that leads out of its system is resolved inside the system.
    await rename(join(young, 'etc'), join(young, 'elsewhere'));
    await symlink('/../../elsewhere', join(young, 'etc'));
    const second = await diff(fs, 'old', 'young');
    assert.equal([second.added, second.removed, second.changed], [['/etc/y'], [], []]);
  });
});

test('reports a dangling link /etc, and does not treat it as an empty directory', async () => {
  await withTwo(async (fs, _old, young) => {
    await rm(join(young, 'etc'), { recursive: true });
    await symlink('/nowhere', join(young, 'etc'));
    const { status, stdout, stderr } = await beHook('diff', 'old', 'young', '--filesystem', fs.top);
    assert.is(status, 0);
    assert.not.match(stdout, '/etc/');
    assert.match(stderr, 'cannot read /be-hook/young/root/nowhere: it is a link to a missing file in its system');
  });
});

test('accepts any file name, and prints no terminal control characters', async () => {
  await withTwo(async (fs, _old, young) => {
    const names = ['line\nbreak', 'esc\u001b[31mred', "it's $(id) `id`", 'grüße-世界', 'two  spaces', '-rf'];
    for (const name of names) await writeFile(join(young, 'etc', name), '');
    const latin1 = Buffer.concat([Buffer.from(join(young, 'etc/')), Buffer.from([0x66, 0xfc, 0x72])]);
    await writeFile(latin1, '');
    await writeFile(join(young, 'etc/long'), '');
    await lutimes(join(young, 'etc/long'), 1, 1);

    const { added } = await diff(fs, 'old', 'young');
    assert.equal([...added].sort(), [...names, 'f\ufffdr', 'long'].map((name) => `/etc/${name}`).sort());
    const { stdout } = await beHook('diff', 'old', 'young', '--filesystem', fs.top);
    assert.not.match(stdout, /\u001b/);
    assert.match(stdout, /^\/etc\/line\?break +added$/m);
    assert.match(stdout, /^\/etc\/f\?r +added$/m);
  });
});

test('compares all files with --files, and reads those whose time or size differs', async () => {
  await withTwo(async (fs, old, young) => {
    const at = (name: string): string => join(young, 'usr/share', name);
    await writeFile(at('one'), 'FILE ONE\n');
    await writeFile(at('two'), 'file two\n');
    await writeFile(at('three'), 'FILE three\n');
    await writeFile(join(young, 'top'), '');
    await tool('btrfs', ['-q', 'subvolume', 'create', join(young, 'srv')]);
    await writeFile(join(young, 'srv/file'), '');

    const few = await diff(fs, 'old', 'young');
    assert.equal([few.added, few.changed], [[], []]);
    const all = await diff(fs, 'old', 'young', '--files');
    assert.is(all.below, '/');
    assert.equal(all.added, ['/top']);
    assert.equal(
      all.changed.map(({ path, what }) => [path, ...what]),
      [
        ['/usr/share/one', 'content'],
        ['/usr/share/three', 'content'],
      ],
    );
    // A program that sets the times back hides its change from be-hook, as from rsync(1).
    await tool('touch', ['-r', join(old, 'usr/share/one'), at('one')]);
    const later = await diff(fs, 'old', 'young', '--files');
    assert.equal(
      later.changed.map(({ path }) => path),
      ['/usr/share/three'],
    );
  });
});

test('works on an image that is not mounted, and shows its progress on a terminal', async () => {
  await withTwo(async (fs, _old, young) => {
    await writeFile(join(young, 'etc/new'), '');
    const words = ['diff', 'old', 'young', '--files', '--filesystem'];
    const shown = await onTerminal(programPath, [...words, fs.top], '');
    assert.is(shown.status, 0, shown.stdout);
    assert.match(shown.stdout, /looked at \d+ files/);
    const piped = await beHook(...words, fs.top);
    assert.not.match(piped.stderr, 'looked at');
    await fs.sync();
    const alone = await fs.unmounted(() => beHook(...words, fs.image));
    assert.equal([alone.status, alone.stdout], [0, piped.stdout]);
  });
});

test.run();
