import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf } from '../support/program.ts';
import { refuses } from '../support/refusal-scene.ts';
import { makeRoot } from '../support/root-tree.ts';
import { withTwoEnvironments } from '../support/two-environments.ts';

const test = suite('be-hook rollback without arguments');

async function activeOf(machine: HookMachine): Promise<string | undefined> {
  const { environments } = (await machine.json('list', '--quick')) as {
    environments: readonly { readonly name: string; readonly active: boolean }[];
  };
  return environments.find(({ active }) => active)?.name;
}

test('boots the newest restore point next; reports lost and shared data', async () => {
  await withHookMachine(async (machine) => {
    const { fs } = machine;
    for (const path of ['@home', '@db']) await fs.subvolume(path);
    const lines = `UUID=${fs.uuid} /home btrfs subvol=/@home 0 0\nUUID=${fs.uuid} /srv/db btrfs subvol=/@db 0 0\n`;
    await machine.write('etc/fstab', `${await machine.read('etc/fstab')}${lines}`);
    const ok = async (...words: readonly string[]): Promise<string> => {
      const ended = await machine.run(['be-hook', ...words]);
      assert.is(ended.status, 0, ended.stderr);
      return ended.stderr;
    };
    await ok('volume', 'set', '/@db', 'cloned');
    await ok('create', '--automatic', 'point');
    await machine.write('etc/changed', 'since\n');

    const dry = (await machine.json('rollback', '--dry-run')) as { readonly notes: readonly string[] };
    assert.is(await activeOf(machine), 'be1');
    const said = await ok('rollback');

    assert.is(await activeOf(machine), 'point');
    const notes = [
      '“point” boots by default from now on; reboot to go back to it.',
      'Later changes in /, /srv/db are not in “point”; they stay in “be1”.',
      'Shared by both and not rolled back: /home.',
    ];
    assert.equal(dry.notes, notes);
    assert.is(said, `${notes.join('\n')}\n`);
    assert.is(await machine.read('etc/changed', 'be-hook/point/root'), '');
    assert.is(await machine.read('etc/changed'), 'since\n', 'nothing is lost');
    assert.match(await readFile(`${fs.top}/@be1/boot/grub/be-hook.cfg`, 'utf8'), 'be-hook:point');

    await ok('rollback');
    assert.is(await activeOf(machine), 'point', 'it is so already');
    await ok('activate', 'be1');
    assert.is(await activeOf(machine), 'be1', 'the way forward again');
  });
});

test('starts from the active environment on a file system that is not running', async () => {
  await withTwoEnvironments(async (fs) => {
    const run = (...words: readonly string[]): Promise<string> => beHookOk(...words, '--filesystem', fs.top);
    const active = async (): Promise<string | undefined> =>
      (await listOf(fs.top)).find((listed) => listed.active)?.name;
    await run('create', 'copy', '-e', 'be1', '-a');
    await run('rollback');
    assert.is(await active(), 'be1');

    await run('activate', 'copy');
    await rename(`${fs.top}/@be1/boot`, `${fs.top}/@be1/gone`);
    await mkdir(`${fs.top}/@be1/boot`);
    await run('rollback');
    assert.is(await active(), 'be2', 'what cannot be booted is passed over');
  });
});

test('is refused without a previous environment', async () => {
  await withBtrfs({}, async (fs) => {
    await makeRoot(fs, '@only', { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', '@only', '--filesystem', fs.top);
    const says = /cannot roll back from “only”: neither its origin nor an older boot environment can boot/;
    await refuses({ fs }, [['rollback'], ['rollback', '--dry-run']], { status: 66, says });
    await writeFile(`${fs.top}/@only/etc/fstab`, 'torn\n');
    assert.is((await beHook('rollback', '--filesystem', fs.top)).status, 66);
  });
});

test.run();
