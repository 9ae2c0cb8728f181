import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { beHook, beHookOk, listOf } from '../support/program.ts';
import { withTwoEnvironments } from '../support/two-environments.ts';

const test = suite('be-hook diagnose with a damaged report');

const contents: readonly (readonly [title: string, content: string | Buffer])[] = [
  ['empty', ''],
  ['cut short', '{"version":1,"uuid":"'],
  ['of another type', '[]'],
  ['binary', Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a])],
  ['of a wrong shape', '{"version":1,"uuid":7,"findings":{}}'],
];

test('reports that it cannot read the report, and names its path', async () => {
  await withTwoEnvironments(async (fs) => {
    const place = join(fs.top, '@be2/usr/lib/sysimage/be-hook');
    await mkdir(place, { recursive: true });
    for (const [title, content] of contents) {
      await writeFile(join(place, 'report'), content);
      const { status, stderr, stdout } = await beHook('diagnose', 'be2', '--filesystem', fs.top);
      assert.equal([status, stdout], [65, ''], `${title}: ${stderr}`);
      assert.match(
        stderr,
        /be-hook: cannot read the report of “be2”: \/@be2\/\S+\/report is missing or damaged/,
        title,
      );
    }
  });
});

test('names the features that a newer report requires', async () => {
  await withTwoEnvironments(async (fs) => {
    const place = join(fs.top, '@be2/usr/lib/sysimage/be-hook');
    await mkdir(place, { recursive: true });
    const { uuid } = (await listOf(fs.top)).find(({ name }) => name === 'be2')?.subvolume ?? { uuid: '' };
    const report = { version: 1, uuid, source: 'be1', command: ['dnf5'], began: 1, stage: 'done', findings: [] };
    await writeFile(join(place, 'report'), JSON.stringify({ ...report, later: true }));
    await beHookOk('diagnose', 'be2', '--filesystem', fs.top);
    await writeFile(join(place, 'report'), JSON.stringify({ ...report, requires: ['stages'] }));
    const { status, stderr } = await beHook('diagnose', 'be2', '--filesystem', fs.top);
    assert.is(status, 78, stderr);
    assert.match(stderr, /a newer be-hook wrote it, and it requires stages; update be-hook/);
  });
});

test('finds no upgrade if the report is missing, a directory, or behind a link', async () => {
  await withTwoEnvironments(async (fs) => {
    const place = join(fs.top, '@be2/usr/lib/sysimage/be-hook');
    const harms: readonly (() => Promise<unknown>)[] = [
      () => mkdir(place, { recursive: true }),
      () => mkdir(join(place, 'report')),
      async () => {
        await rm(join(place, 'report'), { recursive: true });
        await symlink('/etc/passwd', join(place, 'report'));
      },
      async () => {
        await rm(place, { recursive: true });
        await symlink('/boot', place);
      },
    ];
    for (const harm of harms) {
      await harm();
      const { status, stderr } = await beHook('diagnose', 'be2', '--filesystem', fs.top);
      assert.is(status, 66, stderr);
    }
  });
});

test.run();
