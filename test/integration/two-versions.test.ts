import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheck } from '../support/cross-check.ts';
import { tool } from '../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { type Version, withCommit, withLaterVersion } from '../support/other-version.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';
import { bootFile, makeRoot } from '../support/root-tree.ts';

/* An older be-hook reads today's data after a rollback to an older system. */

const test = suite('marks of another version of be-hook');

/** The last version that refused marks with further fields. */
const strict = '8789e0e';

async function withTwo(body: (fs: LoopBtrfs) => Promise<void>): Promise<void> {
  await withBtrfs({}, async (fs) => {
    for (const name of ['alpha', 'beta']) await makeRoot(fs, name, { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', 'alpha', '--filesystem', fs.top);
    await body(fs);
  });
}

async function ok(run: Version, fs: LoopBtrfs, ...words: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run(...words, '--filesystem', fs.top);
  assert.is(status, 0, `${words.join(' ')}: ${stderr}`);
  return stderr + stdout;
}

async function markOf(fs: LoopBtrfs, path: string, kind = 'environment'): Promise<Record<string, unknown>> {
  const text = await tool('getfattr', ['--only-values', '-n', `trusted.be-hook.${kind}`, join(fs.top, path)]);
  return JSON.parse(text) as Record<string, unknown>;
}

async function addKernel(fs: LoopBtrfs, root: string, release: string): Promise<void> {
  await tool('mkdir', ['-p', join(fs.top, root, `usr/lib/modules/${release}`)]);
  await writeFile(join(fs.top, root, `usr/lib/modules/${release}/modules.dep`), '');
  await writeFile(join(fs.top, root, `boot/vmlinuz-${release}`), bootFile('KERNEL', root, release));
  await writeFile(join(fs.top, root, `boot/initramfs-${release}.img`), bootFile('INITRD', root, release));
}

test('keep their new fields through every command that writes them', async () => {
  await withTwo(async (fs) => {
    await withLaterVersion({ fields: "bootCount: { tries: 3 }, tags: ['x']" }, async (later) => {
      await ok(later, fs, 'adopt', 'beta');
      await ok(later, fs, 'snapshot', 'beta@s');
      assert.equal((await markOf(fs, 'beta'))['bootCount'], { tries: 3 });
      await ok(beHook, fs, 'sync');
      await ok(beHook, fs, 'describe', 'beta', 'what it is for');
      await ok(beHook, fs, 'hold', 'beta');
      await ok(beHook, fs, 'release', 'beta');
      await ok(beHook, fs, 'rename', 'beta', 'gamma');
      const { name, description, bootCount, tags } = await markOf(fs, 'beta');
      assert.equal([name, description, bootCount, tags], ['gamma', 'what it is for', { tries: 3 }, ['x']]);
      assert.ok((await menuOf(fs.top)).entries.some(({ be }) => be === 'gamma'));
      await ok(beHook, fs, 'rollback', 'gamma@s');
      const [rolled] = (await listOf(fs.top)).filter((listed) => listed.name === 'gamma');
      assert.equal((await markOf(fs, rolled?.subvolume.path ?? ''))['tags'], ['x']);
      await ok(later, fs, 'describe', 'alpha', 'by the later version');
      assert.match(await ok(later, fs, 'list', '-a'), 'gamma@s');
      await ok(beHook, fs, 'activate', 'gamma');
      await ok(later, fs, 'activate', 'alpha');
      await crossCheck(fs, ['alpha/boot/grub']);
    });
  });
});

test('with unknown requirements keep their entries, refuse changes, block no other', async () => {
  await withTwo(async (fs) => {
    await withLaterVersion({ fields: "requires: ['trials'], trial: 2" }, async (later) => {
      await ok(later, fs, 'adopt', 'beta');
    });
    const before = (await menuOf(fs.top)).entries.filter(({ be }) => be === 'beta');
    assert.is(before.length, 1);
    const mark = await markOf(fs, 'beta');
    await addKernel(fs, 'alpha', '6.2.0-1');
    await addKernel(fs, 'beta', '6.2.0-1');
    assert.match(await ok(beHook, fs, 'sync'), 'trials');
    const menu = await menuOf(fs.top);
    assert.is(menu.default, 'be-hook:alpha:6.2.0-1');
    assert.equal(
      menu.entries.filter(({ be }) => be === 'beta').map(({ release, image }) => [release, image]),
      before.map(({ release, image }) => [release, image]),
    );
    for (const words of [
      ['describe', 'beta', 'x'],
      ['rename', 'beta', 'other'],
      ['hold', 'beta'],
      ['activate', 'beta'],
      ['destroy', '-F', 'beta'],
      ['forget', 'beta'],
    ]) {
      const { status, stderr } = await beHook(...words, '--filesystem', fs.top);
      assert.is(status, 78, words.join(' '));
      assert.match(stderr, 'trials');
    }
    await ok(beHook, fs, 'create', '-e', 'alpha', 'copy');
    await ok(beHook, fs, 'create', '--automatic');
    await ok(beHook, fs, 'activate', 'copy');
    await ok(beHook, fs, 'rename', 'copy', 'copied');
    await ok(beHook, fs, 'activate', 'alpha');
    await ok(beHook, fs, 'destroy', '-F', 'copied');
    assert.equal(await markOf(fs, 'beta'), mark);
    const [listed] = (await listOf(fs.top)).filter(({ name }) => name === 'beta');
    assert.equal(
      listed?.problems.map(({ code }) => code),
      ['mark-newer'],
    );
  });
});

test('with unknown requirements stay the default if they are active', async () => {
  await withTwo(async (fs) => {
    await withLaterVersion({ fields: "requires: ['trials']" }, async (later) => {
      await ok(later, fs, 'adopt', 'beta');
      await ok(later, fs, 'activate', 'beta');
      await addKernel(fs, 'alpha', '6.2.0-1');
      const { stderr } = await beHook('sync', '--filesystem', fs.top);
      assert.match(stderr, 'trials');
      const menu = await menuOf(fs.top);
      assert.is(menu.default, 'be-hook:beta:6.1.0-1');
      assert.ok(menu.entries.some(({ be, release }) => be === 'alpha' && release === '6.2.0-1'));
      // Without a menu of be-hook the environment is offered all the same, because a menu needs a default.
      for (const root of ['alpha', 'beta']) await rm(join(fs.top, root, 'boot/grub/be-hook.cfg'));
      await beHook('sync', '--filesystem', fs.top);
      assert.is((await menuOf(fs.top)).default, 'be-hook:beta:6.1.0-1');
    });
  });
});

for (const [what, torn] of [
  ['a format of later', (mark: string) => mark.replace('"version":1', '"version":2')],
  ['no JSON', (mark: string) => mark.slice(0, -3)],
  ['an invalid name', (mark: string) => mark.replace('"name":"beta"', '"name":7')],
  ['an invalid list', (mark: string) => mark.replace('}', ',"requires":"trials"}')],
] as const) {
  test(`keep the entries of an environment whose mark has ${what}`, async () => {
    await withTwo(async (fs) => {
      await beHookOk('adopt', 'beta', '--filesystem', fs.top);
      const before = (await menuOf(fs.top)).entries.filter(({ be }) => be === 'beta').map(({ image }) => image);
      const text = torn(JSON.stringify(await markOf(fs, 'beta')));
      await tool('setfattr', ['-n', 'trusted.be-hook.environment', '-v', text, join(fs.top, 'beta')]);
      await addKernel(fs, 'alpha', '6.2.0-1');
      await ok(beHook, fs, 'sync');
      const { entries, default: standard } = await menuOf(fs.top);
      assert.is(standard, 'be-hook:alpha:6.2.0-1');
      assert.equal(
        entries.filter(({ be }) => be === 'beta').map(({ image }) => image),
        before,
      );
      assert.match(await beHookOk('list', '--filesystem', fs.top), /^beta .* mark unreadable$/m);
      await ok(beHook, fs, 'create', '--automatic');
      await ok(beHook, fs, 'describe', 'alpha', 'x');
    });
  });
}

test('keep known fields with an invalid value, which be-hook ignores with a warning', async () => {
  await withTwo(async (fs) => {
    await beHookOk('adopt', 'beta', '--filesystem', fs.top);
    const mark = { ...(await markOf(fs, 'beta')), held: 'yes', state: 'trial' };
    await tool('setfattr', ['-n', 'trusted.be-hook.environment', '-v', JSON.stringify(mark), join(fs.top, 'beta')]);
    const said = await ok(beHook, fs, 'sync');
    assert.match(said, 'held, state');
    await ok(beHook, fs, 'rename', 'beta', 'gamma');
    const { name, held, state } = await markOf(fs, 'beta');
    assert.equal([name, held, state], ['gamma', 'yes', 'trial']);
  });
});

test('are replaced by adopt if they cannot be read', async () => {
  await withTwo(async (fs) => {
    await beHookOk('adopt', 'beta', '--filesystem', fs.top);
    await tool('setfattr', ['-n', 'trusted.be-hook.environment', '-v', '{"version":1', join(fs.top, 'beta')]);
    await beHookOk('sync', '--filesystem', fs.top);
    assert.is((await beHook('describe', 'beta', 'x', '--filesystem', fs.top)).status, 65);
    await beHookOk('adopt', 'beta', '--filesystem', fs.top);
    await beHookOk('describe', 'beta', 'x', '--filesystem', fs.top);
  });
});

test('work in this version and in the last strict version, in both directions', async () => {
  await withTwo(async (fs) => {
    await withCommit(strict, async (earlier) => {
      await ok(earlier, fs, 'adopt', 'beta');
      await ok(earlier, fs, 'create', '-e', 'alpha', 'old');
      await ok(beHook, fs, 'sync');
      await ok(beHook, fs, 'describe', 'old', 'changed');
      await ok(beHook, fs, 'create', '-e', 'beta', 'new');
      await ok(earlier, fs, 'sync');
      await ok(earlier, fs, 'describe', 'new', 'changed too');
      await ok(earlier, fs, 'activate', 'new');
      await ok(beHook, fs, 'activate', 'alpha');
      await ok(earlier, fs, 'destroy', '-F', 'new');
      await ok(beHook, fs, 'destroy', '-F', 'old');
      assert.equal(
        (await listOf(fs.top)).map(({ name }) => name),
        ['alpha', 'beta'],
      );
    });
  });
});

test.run();
