import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ended, must, run } from '../support/rpm/run.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const test = suite('a clean clone');

/** A clone of the project with all uncommitted changes, without build results and installed dependencies. */
async function withClone(body: (clone: string) => Promise<void>): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'be-hook-clone-'));
  const clone = join(work, 'be-hook');
  try {
    await must('git', ['-c', `safe.directory=${ROOT}`, 'clone', '--quiet', '--no-hardlinks', ROOT, clone]);
    const list = await must('git', [
      '-c',
      `safe.directory=${ROOT}`,
      '-C',
      ROOT,
      'ls-files',
      '-mo',
      '--exclude-standard',
    ]);
    for (const path of list.split('\n').filter((line) => line !== ''))
      await cp(join(ROOT, path), join(clone, path), { recursive: true }).catch(() => undefined);
    await body(clone);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const sh = (clone: string, line: string): Promise<Ended> => run('sh', ['-c', `cd "$1" && ${line}`, 'sh', clone]);

test('build-rpm names missing tools, and README’s line builds packages with %check', async () => {
  await withClone(async (clone) => {
    const bare = await sh(clone, 'packaging/build-rpm');
    assert.is(bare.status, 1);
    assert.match(bare.stderr, 'node_modules is missing or not complete; run: npm ci && npm run build');

    const readme = await readFile(join(clone, 'README.md'), 'utf8');
    const [, line = 'false'] = /^(npm ci .*build-rpm)(?: +#.*)?$/m.exec(readme) ?? [];
    const built = await sh(clone, line);
    assert.is(built.status, 0, built.stdout + built.stderr);
    const packages = await readdir(join(clone, 'build/rpm'));
    for (const name of ['be-hook', 'be-hook-compat', 'be-hook-dnf4', 'be-hook-dnf5', 'be-hook-preset', 'be-hook-zypp'])
      assert.ok(
        packages.some((candidate) => new RegExp(`^${name}-[0-9].*\\.noarch\\.rpm$`).test(candidate)),
        name,
      );

    // %check finds an error in a decision.
    const path = join(clone, 'lib/model/be-name.ts');
    await writeFile(path, (await readFile(path, 'utf8')).replace('const longest = 64', 'const longest = 63'));
    const faulty = await sh(clone, 'packaging/build-rpm --out build/faulty');
    assert.is(faulty.status, 1, 'the build ends');
    assert.match(faulty.stdout + faulty.stderr, /%check/);
    assert.is((await sh(clone, 'packaging/build-rpm --out build/faulty --nocheck')).status, 0);
  });
});

test.run();
