import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { editCommandLineFile, readCommandLineFile } from '../../../lib/formats/cmdline-file.ts';

const test = suite('/etc/kernel/cmdline');

// Expected lines by hand from 90-loaderentry.install of systemd 257: grep -Gv '^\s*#' | tr -s "$IFS" ' '
const files: readonly (readonly [string, string])[] = [
  ['quiet  rhgb\n', 'quiet rhgb'],
  ['# init=/bin/sh\nquiet\n\t # c2\nrhgb\n', 'quiet rhgb'],
  ['quiet # no comment\n', 'quiet # no comment'],
  ['a="never closed\nb\n', 'a="never closed b'],
  ['# nothing else\n', ''],
  // This case differs: 90-loaderentry.install also replaces several spaces inside quotes by one.
  ['o="p  q"   quiet\n', 'o="p  q" quiet'],
  ['', ''],
];
for (const [text, line] of files) {
  test(`reads the command line “${line}” from ${JSON.stringify(text)}`, () =>
    assert.is(readCommandLineFile(text), line));
}

test('keeps comments on separate lines when the command line changes', () => {
  const text = '# by hand\nquiet\n# init=/bin/sh\nrhgb\n';
  const edited = editCommandLineFile(text, (line) => `${line} debug`);
  assert.is(edited, '# by hand\n# init=/bin/sh\nquiet rhgb debug\n');
  assert.is(
    editCommandLineFile(edited, (line) => line),
    edited,
  );
});

test.run();
