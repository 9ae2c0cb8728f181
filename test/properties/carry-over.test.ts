import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../lib/bootloaders/grub/backend.ts';
import type { ThreeTrees, Tree, TreeEntry } from '../../lib/model/drift.ts';
import type { Step } from '../../lib/model/step.ts';
import { carryOver } from '../../lib/plan/carry-over.ts';
import { askToMerge, decideEtc, type EtcDecision } from '../../lib/plan/etc-drift.ts';
import { isSameEntry } from '../../lib/plan/merge-entry.ts';
import { aRoot } from '../support/builders.ts';

const test = suite('carryOver');

/** The paths of the trees, and the names in them. Each system has its own fstab. */
const places = { base: 'base', source: 'source', copy: 'copy' } as const;
const names = ['a', 'b', 'd', 'd/x', 'd/y', 'fstab'];

/** The content of a file: three lines, each changed in its own position only. A merge is therefore simple. */
const content = fc
  .tuple(...Array.from({ length: 3 }, () => fc.constantFrom('0', '1', '2')))
  .map((all) => all.join(' '));

const entry: fc.Arbitrary<TreeEntry> = fc.record({
  kind: fc.constantFrom('file', 'file', 'file', 'symlink', 'directory'),
  content,
  mode: fc.constantFrom(0o600, 0o644),
  uid: fc.constantFrom(0, 1),
  gid: fc.constant(0),
  attributes: fc.constantFrom('', 'user.a=01'),
});

const tree: fc.Arbitrary<Tree> = fc.array(fc.option(entry), { minLength: 6, maxLength: 6 }).map((entries) => {
  const made = new Map<string, TreeEntry>();
  for (const [index, one] of entries.entries()) {
    const name = names[index] ?? '';
    if (one === null || (name.includes('/') && made.get('d')?.kind !== 'directory')) continue;
    made.set(name, one.kind === 'directory' ? { ...one, content: '' } : one);
  }
  return made;
});

/** Mostly trees with common entries, like a system and its copy. */
const three: fc.Arbitrary<ThreeTrees> = fc
  .tuple(tree, tree, tree, fc.array(fc.constantFrom(0, 0, 1, 2), { minLength: 6, maxLength: 6 }))
  .map(([base, source, copy, same]) => {
    const like = (changed: Tree, number: number): Tree => {
      const mixed = new Map(changed);
      for (const [index, name] of names.entries()) {
        const old = base.get(name);
        if (same[index] !== number && same[index] !== 2 && !name.startsWith('d') && old !== undefined)
          mixed.set(name, old);
      }
      return mixed;
    };
    return { base, source: like(source, 0), copy: like(copy, 1) };
  });

function merge(base: string, source: string, copy: string): string | undefined {
  const [old, ours, theirs] = [base, source, copy].map((text) => text.split(' '));
  const lines = (old ?? []).map((line, index) => {
    const [one, other] = [ours?.[index], theirs?.[index]];
    if (one === line || one === other) return other;
    return other === line ? one : undefined;
  });
  return lines.includes(undefined) ? undefined : lines.join(' ');
}

function decide(trees: ThreeTrees): readonly EtcDecision[] {
  const merged = askToMerge(trees).flatMap((path): readonly [string, string][] => {
    const [base, source, copy] = [trees.base, trees.source, trees.copy].map(
      (candidate) => candidate.get(path)?.content ?? '',
    );
    const text = merge(base ?? '', source ?? '', copy ?? '');
    return text === undefined ? [] : [[path, text]];
  });
  return decideEtc({ ...trees, merged: new Map(merged) }, aRoot(300, '@copy'), grub);
}

/** Applies the steps to trees like the executors. Throws for a step that is impossible. */
function carryOut(trees: ThreeTrees, steps: readonly Step[]): ThreeTrees {
  const made = { base: new Map(trees.base), source: new Map(trees.source), copy: new Map(trees.copy) };
  const find = (path: string): readonly [Map<string, TreeEntry>, string] => {
    const [place = '', ...rest] = path.split('/');
    return [made[place as keyof typeof made], rest.join('/')];
  };
  for (const step of steps) {
    if (step.kind === 'sync-filesystem') continue;
    if (step.kind !== 'carry-file' && step.kind !== 'remove-file' && step.kind !== 'remove-directory')
      throw new Error(`unexpected step ${step.kind}`);
    const [all, key] = find(step.path);
    const inside = [...all.keys()].filter((candidate) => candidate.startsWith(`${key}/`));
    if (step.kind === 'remove-file') assert.not.equal(all.get(key)?.kind, 'directory');
    if (step.kind !== 'carry-file') {
      if (inside.length === 0) all.delete(key);
      continue;
    }
    if (key.includes('/')) assert.is(all.get(key.slice(0, key.lastIndexOf('/')))?.kind, 'directory', key);
    if (step.entry.kind !== 'directory') assert.equal(inside, []);
    const [holder, from] = find(step.from);
    const found = step.base === undefined ? holder.get(from)?.content : undefined;
    if (step.base === undefined && step.entry.kind !== 'directory') assert.is(found, step.entry.content);
    all.set(key, step.entry);
  }
  return made;
}

/** All entries of a tree, sorted. */
function list(trees: Tree): readonly string[] {
  return [...trees].map(([path, one]) => `${path} ${JSON.stringify(one)}`).sort();
}

test('leaves no open change, and keeps the copy where the source did not change', () => {
  fc.assert(
    fc.property(three, (trees) => {
      const after = carryOut(trees, carryOver(decide(trees), places));

      assert.equal(decide(after), []);
      for (const name of names) {
        const [base, source, copy] = [trees.base.get(name), trees.source.get(name), trees.copy.get(name)];
        if (isSameEntry(base, source) || name === 'fstab') assert.equal(after.copy.get(name), copy, name);
      }
    }),
    { numRuns: 1500 },
  );
});

test('takes a change of the source into the copy, and puts a conflict beside the file', () => {
  fc.assert(
    fc.property(three, (trees) => {
      const decisions = decide(trees);
      const after = carryOut(trees, carryOver(decisions, places));

      for (const { key, outcome, merged, source, copy } of decisions) {
        if (outcome === 'take' && merged.content === 'source' && source !== undefined) {
          assert.is(after.copy.get(key)?.content, source.content);
        }
        if (outcome !== 'conflict') continue;
        assert.is(after.copy.get(key)?.content, copy?.content);
        if (merged.beside) assert.equal(after.copy.get(`${key}.be-hook-carried`), source);
      }
    }),
    { numRuns: 1500 },
  );
});

test('has the same result when it is repeated after an interruption', () => {
  fc.assert(
    fc.property(three, fc.nat(), (trees, number) => {
      const steps = carryOver(decide(trees), places);
      const interrupted = carryOut(trees, steps.slice(0, number % (steps.length + 1)));

      const repeated = carryOut(interrupted, carryOver(decide(interrupted), places));

      const once = carryOut(trees, steps);
      assert.equal(list(repeated.copy), list(once.copy));
      assert.equal(list(repeated.base), list(once.base));
    }),
    { numRuns: 1500 },
  );
});

test.run();
