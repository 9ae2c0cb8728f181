import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commandLineFor, parseCommandLine, printCommandLine } from '../../lib/formats/kernel-command-line.ts';
import { filesystemUuid } from '../support/builders.ts';

/** The kernel's next_arg (lib/cmdline.c, Linux 6.12), translated literally, with a text instead of a pointer. */
function nextArg(args: string): { readonly param: string; readonly value: string | undefined; readonly rest: string } {
  let text = args;
  let equals = 0;
  let inQuote = false;
  let quoted = false;
  if (text.startsWith('"')) {
    text = text.slice(1);
    inQuote = true;
    quoted = true;
  }
  let i = 0;
  for (; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (isSpace(char) && !inQuote) break;
    if (equals === 0 && char === '=') equals = i;
    if (char === '"') inQuote = !inQuote;
  }
  let end = i;
  let start = equals + 1;
  if (equals !== 0 && text.charAt(start) === '"') {
    start += 1;
    if (text.charAt(i - 1) === '"') end = i - 1;
  }
  if (quoted && i > 0 && text.charAt(i - 1) === '"') end = i - 1;
  const rest = text.slice(i).replace(/^[ \t\n\v\f\r]+/, '');
  if (equals === 0) return { param: text.slice(0, end), value: undefined, rest };
  return { param: text.slice(0, equals), value: text.slice(start, Math.max(start, end)), rest };
}

function isSpace(char: string): boolean {
  return /[ \t\n\v\f\r]/.test(char);
}

/** The arguments as the kernel compares them. */
function kernelWords(line: string): readonly string[] {
  const words: string[] = [];
  let rest = line.replace(/^[ \t\n\v\f\r]+/, '');
  while (rest !== '') {
    const { param, value, rest: after } = nextArg(rest);
    words.push(value === undefined ? param : `${param}=${value}`);
    rest = after;
  }
  return words;
}

const plain = fc.stringMatching(/^[a-z0-9_.,:/=@$'\\-]{1,8}$/);
const spaced = fc.stringMatching(/^[a-z0-9 =,]{0,8}$/);
const key = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,6}$/);
const written = fc.oneof(
  plain,
  fc.tuple(key, spaced).map(([name, value]) => `${name}="${value}"`),
  fc.tuple(key, spaced).map(([name, value]) => `"${name}=${value}"`),
);

const test = suite('kernel command lines');

test('are split as by the kernel if quotes enclose an argument or its value', () => {
  fc.assert(
    fc.property(fc.array(written), fc.constantFrom(' ', '\t', '  ', '\n'), (words, gap) => {
      const line = words.join(gap);
      assert.equal(parseCommandLine(line), kernelWords(line));
    }),
    { numRuns: 2000 },
  );
});

test('are read by be-hook and the kernel as they were printed', () => {
  const word = fc.oneof(plain, fc.stringMatching(/^[a-z][a-z0-9 =,\t]{0,10}$/));
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const line = printCommandLine(words);
      assert.equal(parseCommandLine(line), words);
      assert.equal(kernelWords(line), words);
    }),
    { numRuns: 2000 },
  );
});

test('contain root= and rootflags= once, and they name the environment', () => {
  const root = { filesystemUuid, subvolume: { id: 300, path: '@mine' } };
  const word = fc.oneof(
    plain,
    fc.constantFrom('root=/dev/sda1', 'root=UUID=1', 'rootflags=subvol=@a', 'rootflags=subvolid=5,x,y', 'ro', 'rw'),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const line = commandLineFor(words, root);
      const flags = line.filter((candidate) => candidate.startsWith('rootflags='));
      assert.equal(
        line.filter((candidate) => candidate.startsWith('root=')),
        [`root=UUID=${filesystemUuid}`],
      );
      assert.is(flags.length, 1);
      const selectors = (flags[0] ?? '')
        .slice('rootflags='.length)
        .split(',')
        .filter((flag) => /^subvol/.test(flag));
      assert.equal(selectors, ['subvol=@mine']);
      assert.is(line.filter((candidate) => candidate === 'ro' || candidate === 'rw').length, 1);
      assert.equal(commandLineFor(line, root), line);
    }),
  );
});

test.run();
