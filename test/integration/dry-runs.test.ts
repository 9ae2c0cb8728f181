import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeTwoSystems } from '../support/inner-system.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk } from '../support/program.ts';

const test = suite('dry runs');

interface Planned {
  readonly steps: readonly { readonly kind: string }[];
}

/** Each writing command, in an order in which each has something to do. */
const commands: readonly (readonly [command: string, ...args: string[]])[] = [
  ['create', 'made', '--activate'],
  ['create', '--automatic'],
  ['snapshot', 'be1@s'],
  ['activate', 'be2'],
  ['rename', 'made', 'other'],
  ['describe', 'other', 'text'],
  ['hold', 'other'],
  ['release', 'other'],
  ['cmdline', 'other', '--append', 'debug'],
  ['rollback', 'be1@s'],
  ['destroy', '-F', 'other'],
  ['activate', 'be1'],
  ['forget', 'be2'],
  ['adopt', 'be-hook/be2/root'],
  ['setup', '--yes', 'be-hook/be2/root'],
  ['uninstall'],
  ['sync'],
];

test('list exactly the steps that the real run does, the lock first', async () => {
  await withBtrfs({ sizeMiB: 512 }, async (fs) => {
    await makeTwoSystems(fs);
    const settings = join(fs.top, '@be1/etc/be-hook');
    await mkdir(settings, { recursive: true });
    await writeFile(join(settings, 'be-hook.conf'), 'keep-automatic = 1\n');
    const done: string[] = [];
    for (const words of commands) {
      const args = [...words, '--filesystem', fs.top];
      const planned = JSON.parse(await beHookOk(...args, '--dry-run', '--json')) as Planned;
      const sentences = (await beHookOk(...args, '--dry-run', '--verbose')).replace(/^\d+\. /gm, '').split('\n');
      const { status, stderr } = await beHook(...args, '--verbose');

      assert.is(status, 0, stderr);
      const steps = sentences.slice(0, -1);
      assert.is(planned.steps.length, steps.length, words.join(' '));
      assert.equal(stderr.split('\n').slice(0, steps.length), steps, words.join(' '));
      if (steps.length > 0) assert.is(planned.steps[0]?.kind, 'take-lock', words.join(' '));
      if (steps.length > 0) done.push(words[0]);
    }
    assert.ok(done.length > 10, done.join(' '));
  });
});

test('list the deletions that the keep settings cause, with their reason', async () => {
  await withBtrfs({ sizeMiB: 512 }, async (fs) => {
    await makeTwoSystems(fs);
    const at = ['--filesystem', fs.top];
    for (const config of ['@be1', '@be2']) {
      await mkdir(join(fs.top, config, 'etc/be-hook'), { recursive: true });
      await writeFile(join(fs.top, config, 'etc/be-hook/be-hook.conf'), 'keep-automatic = 1\n');
    }
    for (let count = 0; count < 2; count += 1) await beHookOk('create', '--automatic', ...at);
    const restorePoint = await beHookOk('create', '--automatic', '--dry-run', ...at);
    assert.match(restorePoint, /delete the subvolume \S+ \(keep-automatic = 1 keeps only newer ones\)/);
    assert.not.match(restorePoint, 'take the lock');
    const job = await beHookOk('run', '--dry-run', ...at, '--', 'true');
    assert.match(job, /; delete what the keep settings do not keep: “be1-before-\S+” is destroyed: keep-automatic = 1/);
  });
});

test.run();
