import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { budget } from '../support/budget.ts';
import { firstSnapshot } from '../support/distributions/opensuse-snapshot-booting.ts';
import { runInDefault } from '../support/grub/snapshot-booting.ts';
import { grubTools, grubVersions } from '../support/grub/versions.ts';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf } from '../support/program.ts';
import { randomNumbers } from '../support/random-numbers.ts';
import { bootedFromDefault, checkAgreement } from '../support/suse-agreement.ts';
import { rollBackWithSnapper, withSuse } from '../support/suse-machine.ts';

/*
 * openSUSE's snapshot booting. The default subvolume, the active environment of be-hook, and what GRUB boots from the
 * default subvolume are always the same.
 */
const test = suite("openSUSE's snapshot booting");

const copy = 'be-hook/next/root';
const run = (fs: LoopBtrfs, ...args: readonly string[]): Promise<string> => beHookOk(...args, '--filesystem', fs.top);

test('boots what is activated, with the menu of all environments', async () => {
  await withSuse(async (fs) => {
    assert.is(await checkAgreement(fs), firstSnapshot);
    await run(fs, 'activate', 'next');
    assert.is(await checkAgreement(fs), copy);
    await fs.unmounted(async () => {
      for (const tools of await grubVersions()) {
        const { booted, menus } = await runInDefault({ tools, images: fs.images, defaultSubvolume: copy });
        assert.match(booted?.chosen ?? '', /^be-hook:next:/, tools.version);
        assert.ok(
          menus[0]?.titles.some((title) => title.startsWith('leap: ')),
          tools.version,
        );
      }
    });
  });
});

test('ignores the menu that snapper copied into a new default subvolume, until it is adopted', async () => {
  await withSuse(async (fs) => {
    const made = await rollBackWithSnapper(fs, firstSnapshot, 3);
    await fs.sync();
    await fs.unmounted(async () => {
      for (const tools of await grubVersions()) {
        const { booted, errors } = await runInDefault({ tools, images: fs.images, defaultSubvolume: made });
        assert.match(booted?.linux[0] ?? '', /^\/boot\/vmlinuz-/, tools.version);
        assert.equal(errors, [], tools.version);
      }
    });
    assert.is(await checkAgreement(fs), made);
    await run(fs, 'sync');
    assert.is(await checkAgreement(fs), made);
    const names = (await listOf(fs.top)).map(({ name }) => name);
    assert.equal(names.sort(), ['leap', 'next', 'snapper-3']);
    const table = await run(fs, 'list');
    assert.match(table, /^leap .* snapper 1 /m);
    assert.match(table, /^snapper-3 .* leap, snapper 3 /m);
  });
});

test('shows the menu of the distribution if GRUB cannot name the default subvolume', async () => {
  await withSuse(async (fs) => {
    await fs.unmounted(async () => {
      const scene = { tools: await grubTools('2.12'), images: fs.images, defaultSubvolume: firstSnapshot };
      const { booted } = await runInDefault(scene, { hasCommand: false });
      assert.match(booted?.linux[0] ?? '', /^\/boot\/vmlinuz-/);
    });
  });
});

test('doctor reports a default subvolume without a system, and the way out boots again', async () => {
  await withSuse(async (fs) => {
    await tool('btrfs', ['subvolume', 'set-default', join(fs.top, '@/home')]);
    assert.is(await bootedFromDefault(fs), undefined);

    const { status, stdout } = await beHook('doctor', '--filesystem', fs.top);

    assert.is(status, 82, stdout);
    assert.match(stdout, 'the default subvolume /@/home, which is not a boot environment; run: be-hook activate leap');
    await run(fs, 'activate', 'leap');
    assert.is(await checkAgreement(fs), firstSnapshot);
    assert.is((await beHook('doctor', '--filesystem', fs.top)).status, 0);
  });
});

/** The numbers of the random choices. A failure prints the seed. */
const seed = Math.floor(Math.random() * 2 ** 32);

test('stays in agreement while snapper and be-hook change it in random order', async () => {
  const next = randomNumbers(seed);
  const pick = <T>(all: readonly T[]): T => {
    const chosen = all[Math.floor(next() * all.length)];
    if (chosen === undefined) throw new Error('there is nothing to choose from');
    return chosen;
  };
  const end = performance.now() + 25_000 * budget();
  await withSuse(async (fs) => {
    const done: string[] = [];
    for (let count = 4; count < 8 || performance.now() < end; count += 1) {
      const environments = await listOf(fs.top);
      const { name, subvolume } = pick(environments);
      const words = commandOf(
        pick(['snapper', 'snapper', 'activate', 'create', 'rollback', 'destroy', 'back']),
        name,
        count,
      );
      done.push(words === undefined ? `snapper ${subvolume.path}` : words.join(' '));
      const where = `seed ${seed}: ${done.join('; ')}`;
      if (words === undefined) await rollBackWithSnapper(fs, subvolume.path, count);
      else await carryOut(fs, words, where);
      await checkAgreement(fs, where);
    }
  });
});

/** The arguments of be-hook for a random change. Undefined for a rollback by snapper. */
function commandOf(verb: string, name: string, count: number): readonly string[] | undefined {
  const target = `${name}@s${count}`;
  const commands: Readonly<Record<string, readonly string[]>> = {
    activate: ['activate', name],
    create: ['create', '-a', '-e', name, `be${count}`],
    rollback: ['rollback', target],
    destroy: ['destroy', '-F', name],
    back: ['rollback'],
  };
  return commands[verb];
}

/** Carries out a command. The refusals of be-hook that protect environments are no failures. */
async function carryOut(fs: LoopBtrfs, words: readonly string[], where: string): Promise<void> {
  const [verb, target = ''] = words;
  if (verb === 'rollback' && target !== '') await run(fs, 'snapshot', target);
  const { status, stderr } = await beHook(...words, '--filesystem', fs.top);
  const isRefused = verb === 'destroy' || (verb === 'rollback' && target === '');
  assert.ok(
    status === 0 || (isRefused && /boots by default|no earlier|cannot roll back/.test(stderr)),
    `${where}: ${stderr}`,
  );
}

test.run();
