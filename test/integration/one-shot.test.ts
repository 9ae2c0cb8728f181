import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { printEnvironmentBlock } from '../../lib/bootloaders/grub/environment-block.ts';
import { oneShotPath, oneShotVariable } from '../../lib/bootloaders/grub/one-shot-file.ts';
import { menuDirectories, withTwo } from '../support/crash-scene.ts';
import { bootedWords } from '../support/grub/boot.ts';
import { grubVersions } from '../support/grub/versions.ts';
import { tool } from '../support/guest/tool.ts';
import { withHookMachine } from '../support/hook-machine.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { beHookOk } from '../support/program.ts';

const test = suite('a one-shot request');

/** Makes a FAT file system, like an EFI system partition, with this text as its environment block. */
async function makeEsp(image: string, block: string | undefined): Promise<void> {
  await rm(image, { force: true });
  await tool('truncate', ['-s', '4M', image]);
  await tool('mkfs.vfat', ['-i', '1A2B3C4D', image]);
  if (block === undefined) return;
  await writeFile(`${image}.txt`, block);
  await tool('mmd', ['-i', image, '::/EFI', '::/EFI/be-hook']);
  await tool('mcopy', ['-i', image, `${image}.txt`, `::${oneShotPath}`]);
}

/** Two environments; `be1` is active. Their menu reads the one-shot request from a partition. */
async function withOneShot(body: (fs: LoopBtrfs, esp: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-esp-'));
  try {
    await withTwo(async (fs) => {
      await tool('setfattr', ['-n', 'trusted.be-hook.one-shot', '-v', '1A2B-3C4D', fs.top]);
      await beHookOk('sync', '--filesystem', fs.top);
      await fs.sync();
      await fs.unmounted(() => body(fs, join(directory, 'esp.img')));
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('boots once with GRUB 2.06, 2.12 and 2.14, which clear the request', async () => {
  await withOneShot(async (fs, esp) => {
    for (const tools of await grubVersions()) {
      for (const home of menuDirectories) {
        await makeEsp(esp, printEnvironmentBlock(oneShotVariable, 'be2'));
        const grub = { tools, images: [...fs.images, esp], menuDirectory: `/${home}` };

        const first = await bootedWords(grub);
        const second = await bootedWords(grub);

        assert.match(first.booted?.linux[0] ?? '', /^\/@be2\/boot\/vmlinuz-/, `${tools.version} from ${home}: once`);
        assert.equal(first.errors, []);
        assert.match(
          second.booted?.linux[0] ?? '',
          /^\/@be1\/boot\/vmlinuz-/,
          `${tools.version} from ${home}: only once`,
        );
        assert.equal(second.errors, []);
      }
    }
  });
});

test('leaves the default if it is unreadable or unknown, or its partition is lost', async () => {
  const wishes: readonly (readonly [why: string, block: string | undefined])[] = [
    ['no file', undefined],
    ['missing', printEnvironmentBlock(oneShotVariable, 'missing')],
    ['no signature', 'be_hook_next=be2\n'.padEnd(1024, '#')],
    ['code', printEnvironmentBlock(oneShotVariable, '"; set default=1; echo "')],
    ['empty', ''],
  ];
  await withOneShot(async (fs, esp) => {
    for (const tools of await grubVersions()) {
      const grub = { tools, menuDirectory: `/${menuDirectories[0]}` };
      const lost = await bootedWords({ ...grub, images: fs.images });
      assert.match(lost.booted?.linux[0] ?? '', /^\/@be1\//, `${tools.version}: without the partition`);
      for (const [why, block] of wishes) {
        await makeEsp(esp, block);
        const run = await bootedWords({ ...grub, images: [...fs.images, esp] });
        assert.match(run.booted?.linux[0] ?? '', /^\/@be1\//, `${tools.version}: ${why}`);
      }
    }
  });
});

test('is never honoured on btrfs, where GRUB cannot clear it', async () => {
  await withTwo(async (fs) => {
    await mkdir(join(fs.top, 'EFI/be-hook'), { recursive: true });
    await writeFile(join(fs.top, oneShotPath), printEnvironmentBlock(oneShotVariable, 'be2'));
    await tool('setfattr', ['-n', 'trusted.be-hook.one-shot', '-v', fs.uuid, fs.top]);
    await beHookOk('sync', '--filesystem', fs.top);
    await fs.sync();
    await fs.unmounted(async () => {
      for (const tools of await grubVersions()) {
        const run = await bootedWords({ tools, images: fs.images, menuDirectory: `/${menuDirectories[0]}` });
        assert.match(run.booted?.linux[0] ?? '', /^\/@be1\//, tools.version);
        assert.ok(run.errors.length > 0, 'GRUB says that it cannot write there');
      }
    });
  });
});

test('is refused without a partition that GRUB can write, and changes nothing', async () => {
  await withHookMachine(async (machine) => {
    const before = await machine.read('boot/grub/be-hook.cfg');
    const ended = await machine.run(['be-hook', 'activate', '-t', 'be2']);
    assert.is(ended.status, 78);
    assert.match(ended.stderr, 'no EFI system partition is mounted');
    const created = await machine.run(['be-hook', 'create', '-t', 'three']);
    assert.is(created.status, 78);
    assert.is((await machine.run(['be-hook', 'activate', '-T'])).status, 0);
    assert.is(await machine.read('boot/grub/be-hook.cfg'), before);
    assert.not.match((await machine.run(['btrfs', 'subvolume', 'list', '/'])).stdout, 'three');
  });
});

test.run();
