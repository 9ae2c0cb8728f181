import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needTool } from '../support/need-tool.ts';
import { buildBeHook } from '../support/rpm/build.ts';
import { run } from '../support/rpm/run.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/rpmlint/', import.meta.url));

const test = suite('rpmlint with the settings of distributions');

let out = '';

test.before(async () => {
  needTool('rpmlint', 'rpmbuild');
  out = await mkdtemp(join(tmpdir(), 'be-hook-rpmlint-'));
  await buildBeHook(out);
});

test.after(() => rm(out, { recursive: true, force: true }));

/** The findings of both, each with the reason why it stays. */
const common: readonly (readonly [RegExp, string])[] = [
  [/: no-url-tag$/, 'the project has no page on the web yet'],
  [/: invalid-url Source[01]: /, 'for the same reason'],
  [
    /^be-hook\.noarch: W: tmpfile-not-in-filelist \/var\/lib\/be-hook$/,
    'image mode: nothing in /var is a file of a package',
  ],
  [/^be-hook\.noarch: W: post-without-tmpfile-creation /, 'hooks make the directory when they need it'],
  [
    /^be-hook-zypp\.noarch: E: explicit-lib-dependency libzypp$/,
    'it is no library here, but has the place of the plugin',
  ],
];

const findings: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  fedora: [
    ...common,
    [/: only-non-binary-in-usr-lib$/, 'kernel-install, systemd and libzypp look in /usr/lib on every architecture'],
    [/: no-manual-page-for-binary /, 'the page is not compressed by this rpm'],
    [/: manpage-not-compressed /, 'brp-compress of the distribution does it'],
    [/: bad-manual-page-folder .*be-hook\.conf\.5 /, 'a fault of rpmlint: it takes “conf” for the section'],
    [/^be-hook-\w+\.noarch: W: no-documentation$/, 'the manual is in be-hook'],
    [/: dangling-relative-symlink .* \.\.\/bin\/be-hook$/, 'be-hook is required'],
    [/: dangerous-command-in-%(postun|posttrans) rm$/, 'each removes one file by its whole name'],
  ],
  opensuse: [...common, [/^be-hook-dnf4\.noarch: E: no-dependency-on python-base 3$/, 'python3-dnf requires it']],
};

for (const [name, reasons] of Object.entries(findings)) {
  test(`reports only justified findings with the settings of ${name}`, async () => {
    const packages = (await readdir(out)).filter((file) => file.endsWith('.rpm')).map((file) => join(out, file));
    const { stdout } = await run('rpmlint', ['-c', join(FIXTURES, `${name}.toml`), ...packages]);
    const found = stdout.split('\n').filter((line) => /: [EW]: /.test(line));
    assert.match(stdout, '7 packages');
    assert.equal(
      found.filter((line) => !reasons.some(([finding]) => finding.test(line))),
      [],
    );
    // A reason without a finding is out of date.
    for (const [finding] of reasons)
      assert.ok(
        found.some((line) => finding.test(line)),
        finding.source,
      );
  });
}

test.run();
