import { mkdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheck } from '../support/cross-check.ts';
import { bootedWords } from '../support/grub/boot.ts';
import { grubTools } from '../support/grub/versions.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';
import { bootFile, makeRoot } from '../support/root-tree.ts';

const test = suite('sync');

const menuDirectories = ['@be1/boot/grub', '@be2/boot/grub'];

/** Two adopted boot environments with two kernels each. */
async function withTwo(body: (fs: LoopBtrfs) => Promise<void>): Promise<void> {
  await withBtrfs({}, async (fs) => {
    await makeRoot(fs, '@be1', { kernels: ['6.1.0-1', '6.10.0-2'] });
    await makeRoot(fs, '@be2', { kernels: ['6.1.0-1', '6.9.0-1'] });
    await beHookOk('adopt', '@be1', '--filesystem', fs.top);
    await beHookOk('adopt', '@be2', '--name', 'second', '--filesystem', fs.top);
    await body(fs);
  });
}

async function addKernel(fs: LoopBtrfs, subvolume: string, release: string): Promise<void> {
  const root = join(fs.top, subvolume);
  await writeFile(join(root, `boot/vmlinuz-${release}`), bootFile('KERNEL', subvolume, release));
  await writeFile(join(root, `boot/initramfs-${release}.img`), bootFile('INITRD', subvolume, release));
  await mkdir(join(root, 'usr/lib/modules', release), { recursive: true });
  await writeFile(join(root, 'usr/lib/modules', release, 'modules.builtin'), '');
}

test('offers all kernels: the active environment first, the others in submenus', async () => {
  await withTwo(async (fs) => {
    const menu = await menuOf(fs.top);

    assert.equal(
      menu.entries.map(({ id }) => id),
      [
        'be-hook:be1:6.10.0-2',
        'be-hook:be1:6.1.0-1',
        'be-hook:second>be-hook:second:6.9.0-1',
        'be-hook:second>be-hook:second:6.1.0-1',
      ],
    );
    assert.is(menu.default, 'be-hook:be1:6.10.0-2');
    await crossCheck(fs, menuDirectories);
  });
});

test('makes a new kernel the default in every menu, and drops a deleted one', async () => {
  await withTwo(async (fs) => {
    await addKernel(fs, '@be1', '6.11.0-1');
    await beHookOk('sync', '--filesystem', fs.top);
    assert.is((await menuOf(fs.top)).default, 'be-hook:be1:6.11.0-1');
    await crossCheck(fs, menuDirectories);

    await unlink(join(fs.top, '@be1/boot/vmlinuz-6.11.0-1'));
    await beHookOk('sync', '--filesystem', fs.top);
    assert.is((await menuOf(fs.top)).default, 'be-hook:be1:6.10.0-2');
    await crossCheck(fs, menuDirectories);
  });
});

test('writes nothing if nothing has changed', async () => {
  await withTwo(async (fs) => {
    const seen = async (): Promise<unknown> => {
      const files = menuDirectories.flatMap((home) =>
        ['be-hook.cfg', 'grub.cfg'].map((name) => join(fs.top, home, name)),
      );
      return await Promise.all(files.map(async (file) => stat(file).then(({ ino, mtimeMs }) => [file, ino, mtimeMs])));
    };
    const before = await seen();

    await beHookOk('sync', '--filesystem', fs.top);

    assert.equal(await seen(), before);
    const plan = JSON.parse(await beHookOk('sync', '--dry-run', '--json', '--filesystem', fs.top)) as { steps: [] };
    assert.equal(plan.steps, []);
  });
});

test('describes its work in a dry run, and changes nothing', async () => {
  await withTwo(async (fs) => {
    await addKernel(fs, '@be2', '6.12.0-1');
    const before = await readFile(join(fs.top, '@be1/boot/grub/be-hook.cfg'), 'utf8');

    const sentences = await beHookOk('sync', '--dry-run', '--filesystem', fs.top);

    assert.match(sentences, 'write /@be1/boot/grub/be-hook.cfg');
    assert.is(await readFile(join(fs.top, '@be1/boot/grub/be-hook.cfg'), 'utf8'), before);
  });
});

test('repairs a damaged menu; until then the distribution’s menu boots', async () => {
  await withTwo(async (fs) => {
    const path = join(fs.top, '@be1/boot/grub/be-hook.cfg');
    const whole = await readFile(path, 'utf8');
    const machine = { tools: await grubTools('2.12'), images: fs.images, menuDirectory: '/@be1/boot/grub' };
    for (const damage of [
      undefined,
      '',
      'menuentry {{{',
      whole.slice(0, 200),
      whole.slice(0, -40),
      whole.slice(0, -2),
      '\0\0\0\0',
    ]) {
      if (damage === undefined) await rm(path);
      else await writeFile(path, damage);

      const run = await fs.unmounted(() => bootedWords(machine));

      assert.is(run.booted?.linux[0], '/@be1/boot/vmlinuz-6.1.0-1', `the distribution's first entry, with ${damage}`);
      await beHookOk('sync', '--filesystem', fs.top);
      assert.is(await readFile(path, 'utf8'), whole);
    }
    await crossCheck(fs, menuDirectories);
  });
});

test('adds its lines to a regenerated grub.cfg again', async () => {
  await withTwo(async (fs) => {
    const path = join(fs.top, '@be2/boot/grub/grub.cfg');
    const own = (await readFile(path, 'utf8')).split('# be-hook: begin')[0] ?? '';
    await writeFile(path, own);

    await beHookOk('sync', '--filesystem', fs.top);

    assert.ok((await readFile(path, 'utf8')).startsWith(own));
    await crossCheck(fs, menuDirectories);
  });
});

test('makes a minimal grub.cfg for an environment without one', async () => {
  await withBtrfs({}, async (fs) => {
    await makeRoot(fs, '@bare', { kernels: ['6.1.0-1'], grubCfg: null });

    await beHookOk('adopt', '@bare', '--filesystem', fs.top);

    await crossCheck(fs, ['@bare/boot/grub']);
  });
});

test('leaves files that boot after be-hook is uninstalled', async () => {
  await withTwo(async (fs) => {
    await beHookOk('uninstall', '--filesystem', fs.top);

    const tools = await grubTools('2.12');
    await fs.unmounted(async () => {
      // Whatever prefix the loader has, the distribution menu of the active environment boots.
      for (const home of menuDirectories) {
        const run = await bootedWords({ tools, images: fs.images, menuDirectory: `/${home}` });
        assert.is(run.booted?.linux[0], '/@be1/boot/vmlinuz-6.1.0-1');
      }
    });
    assert.equal((await menuOf(fs.top)).entries, []);
    await beHookOk('sync', '--filesystem', fs.top);
    await crossCheck(fs, menuDirectories);
  });
});

test('makes a grub.cfg that boots after be-hook is uninstalled', async () => {
  await withBtrfs({}, async (fs) => {
    await makeRoot(fs, '@bare', { kernels: ['6.1.0-1'], grubCfg: null });
    await beHookOk('adopt', '@bare', '--filesystem', fs.top);

    await beHookOk('uninstall', '--filesystem', fs.top);

    const machine = { tools: await grubTools('2.12'), images: fs.images, menuDirectory: '/@bare/boot/grub' };
    const run = await fs.unmounted(() => bootedWords(machine));
    assert.is(run.booted?.linux[0], '/@bare/boot/vmlinuz-6.1.0-1');
  });
});

test('drops a forgotten environment, which keeps its menu, but no active one', async () => {
  await withTwo(async (fs) => {
    const refused = await beHook('forget', 'be1', '--filesystem', fs.top);
    assert.is(refused.status, 5);

    await beHookOk('forget', 'second', '--filesystem', fs.top);

    assert.equal(
      (await listOf(fs.top)).map(({ name }) => name),
      ['be1'],
    );
    assert.is(await stat(join(fs.top, '@be2/boot/grub/be-hook.cfg')).catch(() => 'gone'), 'gone');
    assert.not.match(await readFile(join(fs.top, '@be2/boot/grub/grub.cfg'), 'utf8'), 'be-hook.cfg');
    await crossCheck(fs, ['@be1/boot/grub']);
  });
});

test('treats an image, its device and a directory of it as one file system', async () => {
  await withTwo(async (fs) => {
    const byDirectory = await menuOf(fs.top);
    assert.equal(await menuOf(join(fs.top, '@be2/boot')), byDirectory);
    assert.equal(await menuOf(fs.device), byDirectory);
    const { images } = fs;
    await fs.unmounted(async () => assert.equal(await menuOf(images[0] ?? ''), byDirectory));
  });
});

test.run();
