import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BuiltRpm, buildBeHook } from '../support/rpm/build.ts';
import { must, run } from '../support/rpm/run.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const test = suite('the packages with plugins of package managers');

let work = '';
let plugins: BuiltRpm['plugins'];

test.before(async () => {
  work = await mkdtemp(join(tmpdir(), 'be-hook-plugins-'));
  ({ plugins } = await buildBeHook(join(work, 'out')));
});

test.after(() => rm(work, { recursive: true, force: true }));

const query = async (path: string, ...words: string[]): Promise<string[]> =>
  (await must('rpm', ['-qp', ...words, path])).split('\n').filter((line) => line !== '');

/** Each has one file, apart from directories, where its package manager looks: libdnf5-actions(8), dnf and libzypp. */
const expected = {
  dnf5: {
    source: 'hooks/dnf5/be-hook.actions',
    file: /^-rw-r--r-- \/etc\/dnf\/libdnf5-plugins\/actions\.d\/be-hook\.actions$/,
    needs: /^libdnf5-plugin-actions >= 5\.2\.12$/,
  },
  dnf4: {
    source: 'hooks/dnf4/be_hook.py',
    file: /^-rw-r--r-- \/usr\/lib\/python3[^/]*\/(dist|site)-packages\/dnf-plugins\/be_hook\.py$/,
    needs: /^python3-dnf$/,
  },
  zypp: {
    source: 'hooks/zypp/be-hook',
    file: /^-rwxr-xr-x \/usr\/lib\/zypp\/plugins\/commit\/be-hook$/,
    needs: /^libzypp$/,
  },
} as const;

for (const name of ['dnf5', 'dnf4', 'zypp'] as const) {
  const { source, file, needs } = expected[name];

  test(`be-hook-${name} contains the plugin and requires be-hook and its plugin loader`, async () => {
    const lines = await query(plugins[name], '--queryformat', '[%{FILEMODES:perms} %{FILENAMES}\n]');
    const files = lines.filter((line) => !line.startsWith('d') && !line.includes('__pycache__'));
    assert.is(files.length, 1, files.join(', '));
    assert.match(files[0] ?? '', file);
    const script = 'mkdir "$2" && cd "$2" && rpm2cpio "$1" | cpio --quiet -id';
    await must('sh', ['-c', script, 'unpack', plugins[name], join(work, name)]);
    const path = (files[0] ?? '').replace(/^\S+ /, '');
    assert.is(await readFile(join(work, name, path), 'utf8'), await readFile(join(ROOT, source), 'utf8'));
    const requires = await query(plugins[name], '--requires');
    assert.ok(requires.some((line) => /^be-hook = [0-9.]+-\S+$/.test(line)));
    assert.ok(
      requires.some((line) => needs.test(line)),
      requires.join(', '),
    );
  });
}

test('allow an administrator to change or empty the actions file of dnf5', async () => {
  const configs = await query(plugins.dnf5, '--queryformat', '[%{FILENAMES} %{FILEFLAGS:fflags}\n]');
  assert.equal(configs, ['/etc/dnf/libdnf5-plugins/actions.d/be-hook.actions cn']);
});

test('pass rpmlint, except what packaging/rpmlintrc-plugins justifies', async () => {
  const words = ['-r', join(ROOT, 'packaging/rpmlintrc-plugins'), ...Object.values(plugins)];
  const { status, stdout } = await run('rpmlint', words);
  assert.is(status, 0, stdout);
  assert.match(stdout, /3 packages and 0 specfiles checked; 0 errors, 0 warnings/);
});

test.run();
