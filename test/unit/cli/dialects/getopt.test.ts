import { execFileSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { getopt, readGlobal } from '../../../../lib/cli/dialects/getopt.ts';

const test = suite('getopt');

/** The options that a shell's getopts, which is getopt(3), reads in the same argv. */
function shell(letters: string, words: readonly string[]): string {
  const script = `letters=$1; shift; said=
while getopts ":$letters" letter; do
  case $letter in '?' | :) printf 'fault %s' "$OPTARG"; exit ;; esac
  said="$said$letter=\${OPTARG-} "
done
shift $((OPTIND - 1))
printf '%sand' "$said"; printf ' %s' "$@"`;
  return execFileSync('sh', ['-c', script, 'sh', letters, ...words], { encoding: 'utf8' });
}

function ours(letters: string, words: readonly string[]): string {
  const read = getopt(words, letters, { first: true });
  if ('letter' in read) return `fault ${read.letter}`;
  const options = [...read.values].flatMap(([letter, values]) =>
    values.length === 0 ? [`${letter}= `] : values.map((value) => `${letter}=${value} `),
  );
  return `${options.join('')}and ${read.operands.join(' ')}`;
}

test('reads the same options as a shell’s getopts', () => {
  const lines = [
    '-a be',
    '-e x be',
    '-ex be',
    '-ae x be',
    '-aex be',
    '-a -- -b',
    '-e -- be',
    'be -a',
    '-',
    '-z',
    '-az',
  ];
  for (const line of [...lines, '-e', '-ae', '-e -a be', '', '--', '-d text -a be']) {
    const words = line.split(' ').filter((word) => word !== '');
    assert.is(ours('ad:e:', words), shell('ad:e:', words), line);
  }
});

test('accepts options after operands, until --', () => {
  assert.equal(getopt(['be', '-F', 'x', '-e', 'y', '--', '-a'], 'aFe:'), {
    values: new Map([
      ['F', []],
      ['e', ['y']],
    ]),
    operands: ['be', 'x', '-a'],
  });
});

test('returns options in the order of their last occurrence', () => {
  const read = getopt(['-c', 'x', '-C', 'y', '-c', 'z'], 'c:C:');
  assert.equal('letter' in read ? [] : [...read.values], [
    ['C', ['y']],
    ['c', ['x', 'z']],
  ]);
});

test('reports the full name of a long option, and a missing value', () => {
  assert.equal(getopt(['--force'], 'F'), { letter: '-force', lacksValue: false });
  assert.equal(getopt(['-F:'], 'Fe:'), { letter: ':', lacksValue: false });
  assert.equal(getopt(['-Fe'], 'Fe:'), { letter: 'e', lacksValue: true });
});

test('reads options before the subcommand only up to the subcommand', () => {
  const none = { where: undefined, help: false };
  assert.equal(readGlobal(['list', '-r', 'x'], 'hr:'), { ...none, rest: ['list', '-r', 'x'] });
  assert.equal(readGlobal([], 'hr:'), { ...none, rest: [] });
  for (const words of ['-r /mnt', '-r/mnt', '--filesystem /mnt', '--filesystem=/mnt', '-r /x --filesystem /mnt'])
    assert.equal(readGlobal([...words.split(' '), 'list', '-a'], 'hr:'), {
      where: '/mnt',
      help: false,
      rest: ['list', '-a'],
    });
  assert.equal(readGlobal(['-r', '/mnt', '-h', 'list'], 'hr:'), { where: '/mnt', help: true, rest: [] });
  assert.equal(readGlobal(['-r'], 'hr:'), { letter: 'r', lacksValue: true });
  assert.equal(readGlobal(['--filesystem'], ''), { letter: '-filesystem', lacksValue: true });
  assert.equal(readGlobal(['-r', '/mnt'], ''), { letter: 'r', lacksValue: false });
  assert.equal(readGlobal(['--json', 'list'], 'hr:'), { letter: '-json', lacksValue: false });
});

test.run();
