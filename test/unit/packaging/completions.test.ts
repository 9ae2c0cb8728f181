import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArgs } from '../../../lib/cli/args.ts';
import { commands } from '../../../lib/cli/commands/index.ts';
import { misused } from '../../../lib/cli/dialects/beadm-usage.ts';
import { bectlUsage } from '../../../lib/cli/dialects/bectl-usage.ts';
import { BeHookError } from '../../../lib/model/problem.ts';
import { beadm, bectl } from '../../../packaging/completions/dialects.ts';
import { offersFor, spellings, takesNext } from '../../../packaging/completions/grammar.ts';

const test = suite('grammar of the completions');

for (const command of Object.values(commands)) {
  const { name, arguments: words, options } = command;

  test(`knows the meaning of the arguments and values of ${name}`, () => {
    const all = [...words.map((word) => word.name), ...options.flatMap(({ value }) => value ?? [])];

    // packaging/completions/grammar.ts defines the meaning of each placeholder. Add new ones there.
    assert.equal(
      all.filter((each) => offersFor(each) === undefined),
      [],
    );
  });

  test(`expects a value after the same options of ${name} as the program`, () => {
    const letters = options.flatMap(({ short }) => short ?? []);
    const clusters = letters.flatMap((candidate) =>
      letters.flatMap((two) => [`-${candidate}${two}`, `-${candidate}${two}${candidate}`]),
    );
    const tried = [
      ...options.flatMap(spellings),
      ...options.map((option) => `--${option.name}=x`),
      ...clusters,
      'x',
      '-',
    ];
    // --boot needs --filesystem. A last word that is not a value is an argument, and this program has no arguments.
    const takes = (word: string): boolean => {
      try {
        const globals = { filesystem: 'value' };
        return parseArgs({ name, options, arguments: [] }, [word, 'value'], globals).arguments.length === 0;
      } catch (error) {
        if (error instanceof BeHookError) return false;
        throw error;
      }
    };

    const pattern = new RegExp(takesNext(command));
    assert.equal(
      tried.filter((word) => pattern.test(word)),
      tried.filter(takes),
    );
    assert.ok(options.every(({ value }) => value === undefined) || tried.some(takes));
  });
}

/** The option letters of each command in a usage text, with `:` after a letter that takes a value. */
function lettersOf(usage: string, name: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const line of usage.split('\n')) {
    const [, which = '', rest = ''] =
      new RegExp(`^\\t${name} (?:\\[[^\\]]*\\] )?(?!subcommand)(\\w+|\\{[^}]*\\})(.*)$`).exec(line) ?? [];
    for (const command of which.match(/\w+/g) ?? []) {
      const letters = found.get(command) ?? new Set<string>();
      found.set(command, letters);
      for (const [, cluster = '', value] of rest.matchAll(/(?<=[[{| ])-(\w+)(?=((?: \| -\w)? [\w{])?)/g)) {
        const alone = cluster.length === 1 && value !== undefined;
        for (const one of cluster) letters.add(alone ? `${one}:` : one);
      }
    }
  }
  return found;
}

for (const [{ name, commands: own }, usage] of [
  [beadm, misused().messages.at(-1) ?? ''],
  [bectl, bectlUsage],
] as const) {
  test(`${name} has the commands and letters of its usage`, () => {
    const known = own.map((command): [string, string[]] => {
      const letters = command.options.map(({ short = '', value }) => (value === undefined ? short : `${short}:`));
      return [command.name, letters.toSorted()];
    });
    const told = [...lettersOf(usage, name)].map(([command, letters]): [string, string[]] => [
      command,
      [...letters].toSorted(),
    ]);
    assert.equal(Object.fromEntries(known), Object.fromEntries(told));
  });
}

test('splits alternatives', () => {
  assert.equal(offersFor('NAME[@SNAPSHOT]|DIR'), ['environments', 'snapshots', 'files']);
  assert.equal(offersFor('DIR|DEVICE'), ['files']);
  assert.equal(offersFor('shared|cloned'), [['shared', 'cloned']]);
  assert.is(offersFor('NAME|NOVELTY'), undefined);
});

test.run();
