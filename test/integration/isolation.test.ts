import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';
import { bootFile, makeRoot } from '../support/root-tree.ts';

const test = suite('isolation of environments');

/** A fault that prevents be-hook from writing to one environment. */
interface Harm {
  readonly title: string;
  readonly harm: (fs: LoopBtrfs) => Promise<unknown>;
  readonly mend: (fs: LoopBtrfs) => Promise<unknown>;
}

const withBoth = preparedBtrfs(async (fs) => {
  for (const name of ['alpha', 'beta']) {
    await makeRoot(fs, name, { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', name, '--filesystem', fs.top);
  }
});

/** Makes `alpha`, which boots by default, and `beta`, which has the fault while `body` runs. */
async function withHarm({ harm, mend }: Harm, body: (fs: LoopBtrfs) => Promise<void>): Promise<void> {
  await withBoth(async (fs) => {
    await harm(fs);
    try {
      await body(fs);
    } finally {
      await mend(fs);
    }
  });
}

function immutable(path: string): Harm {
  return {
    title: `/${path} is immutable`,
    harm: (fs) => tool('chattr', ['+i', join(fs.top, path)]),
    mend: (fs) => tool('chattr', ['-i', join(fs.top, path)]),
  };
}

const menu = 'beta/boot/grub/be-hook.cfg';

const harms: readonly Harm[] = [
  immutable('beta/boot/grub'),
  immutable(menu),
  {
    title: 'the quota of “beta” is reached',
    harm: async (fs) => {
      await tool('btrfs', ['quota', 'enable', fs.top]);
      await tool('btrfs', ['quota', 'rescan', '-w', fs.top]);
      await tool('btrfs', ['qgroup', 'limit', '-e', '16K', join(fs.top, 'beta')]);
    },
    mend: (fs) => tool('btrfs', ['quota', 'disable', fs.top]),
  },
  {
    title: `/${menu} is a directory`,
    harm: async (fs) => {
      await rm(join(fs.top, menu));
      await mkdir(join(fs.top, menu));
      await writeFile(join(fs.top, menu, 'keep'), 'keep');
    },
    mend: (fs) => readFile(join(fs.top, menu, 'keep')),
  },
];

async function addKernel(fs: LoopBtrfs, root: string): Promise<void> {
  await tool('mkdir', ['-p', join(fs.top, root, 'usr/lib/modules/6.2.0-1')]);
  await writeFile(join(fs.top, root, 'usr/lib/modules/6.2.0-1/modules.dep'), '');
  await writeFile(join(fs.top, root, 'boot/vmlinuz-6.2.0-1'), bootFile('KERNEL', root, '6.2.0-1'));
  await writeFile(join(fs.top, root, 'boot/initramfs-6.2.0-1.img'), bootFile('INITRD', root, '6.2.0-1'));
}

for (const harm of harms) {
  test(`lets new kernels reach the menu while ${harm.title}`, async () => {
    await withHarm(harm, async (fs) => {
      await addKernel(fs, 'alpha');
      const { status, stderr } = await beHook('sync', '--filesystem', fs.top);
      assert.is(status, 73, stderr);
      assert.match(stderr, /the GRUB directory of “beta”: .*\/beta\/boot\/grub/);
      assert.is((await menuOf(fs.top)).default, 'be-hook:alpha:6.2.0-1');
      assert.match(await readFile(join(fs.top, 'alpha/boot/grub/be-hook.cfg'), 'utf8'), 'vmlinuz-6.2.0-1');
      for (const command of [
        ['create', '--automatic'],
        ['describe', 'alpha', 'x'],
      ]) {
        const ended = await beHook(...command, '--filesystem', fs.top);
        assert.is(ended.status, 0, ended.stderr);
        assert.match(ended.stderr, 'warning: cannot update the menu in the GRUB directory of “beta”');
      }
    });
  });

  test(`undoes a failed activate while ${harm.title}`, async () => {
    await withHarm(harm, async (fs) => {
      const before = await readFile(join(fs.top, 'alpha/boot/grub/be-hook.cfg'), 'utf8');
      const { status, stderr } = await beHook('activate', 'beta', '--filesystem', fs.top);
      assert.is(status, 73, stderr);
      assert.is(await readFile(join(fs.top, 'alpha/boot/grub/be-hook.cfg'), 'utf8'), before);
      assert.equal(
        (await listOf(fs.top)).filter(({ active }) => active).map(({ name }) => name),
        ['alpha'],
      );
      for (const root of ['alpha', 'beta']) {
        const left = (await readdir(join(fs.top, root, 'boot/grub'))).filter((name) => name.includes('be-hook-tmp'));
        assert.equal(left, []);
      }
    });
  });
}

test('lets a read-only environment keep its menu, and updates the other one', async () => {
  const path = (fs: LoopBtrfs): string => join(fs.top, 'beta');
  const readOnly: Harm = {
    title: '“beta” is read-only',
    harm: (fs) => tool('btrfs', ['property', 'set', path(fs), 'ro', 'true']),
    mend: (fs) => tool('btrfs', ['property', 'set', path(fs), 'ro', 'false']),
  };
  await withHarm(readOnly, async (fs) => {
    const before = await readFile(join(fs.top, menu), 'utf8');
    await addKernel(fs, 'alpha');
    await beHookOk('sync', '--filesystem', fs.top);
    assert.is((await menuOf(fs.top)).default, 'be-hook:alpha:6.2.0-1');
    await beHookOk('create', '--automatic', '--filesystem', fs.top);
    assert.is(await readFile(join(fs.top, menu), 'utf8'), before);
    const { status, stderr } = await beHook('activate', 'beta', '--filesystem', fs.top);
    assert.is(status, 65, stderr);
    assert.is((await menuOf(fs.top)).default, 'be-hook:alpha:6.2.0-1');
  });
});

test('makes an immutable history only a warning', async () => {
  await withHarm(immutable('be-hook/history'), async (fs) => {
    const { status, stderr } = await beHook('hold', 'alpha', '--filesystem', fs.top);
    assert.is(status, 0, stderr);
    assert.match(stderr, 'warning: cannot add the command to the history');
  });
});

test.run();
