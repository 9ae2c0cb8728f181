import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle, presentEntries } from '../packaging/bundle.ts';
import { partOf, wrongArrows } from './support/architecture.ts';
import { namesGrub } from './support/names-loader.ts';
import type { SourceFile } from './support/source-tree.ts';
import { findCycle, lineCount, sourceTree, specifiersIn } from './support/source-tree.ts';

const files = sourceTree();
const isTest = ({ path }: SourceFile): boolean => path.endsWith('.test.ts');
const isFixture = ({ path }: SourceFile): boolean => path.startsWith('test/fixtures/');

const architecture = suite('architecture');

architecture('has imports between the parts in one direction only', () => {
  assert.equal(files.flatMap(wrongArrows), []);
});

architecture('has no circular imports', () => {
  assert.is(findCycle(files), undefined);
});

architecture('has source files of at most 250 lines and test files of at most 400 lines', () => {
  const tooLong = files.filter((file) => lineCount(file.text) > (isTest(file) ? 400 : 250));

  assert.equal(
    tooLong.map(({ path, text }) => `${path}: ${lineCount(text)}`),
    [],
  );
});

for (const [name, home] of [
  ['execa', 'lib/system/run.ts'],
  ['minimist', 'lib/cli/args.ts'],
  ['fs-extra', 'lib/system/files.ts'],
] as const) {
  architecture(`imports ${name} only in ${home}`, () => {
    const program = files.filter(({ path }) => partOf(path) !== undefined);
    const importers = program.filter(({ imports }) => imports.some((each) => each.split('/')[0] === name));

    assert.equal(
      importers.filter(({ path }) => path !== home).map(({ path }) => path),
      [],
    );
  });
}

architecture('names GRUB only in its own folders, in the registries and in sentences', () => {
  assert.equal(
    files.filter(namesGrub).map(({ path }) => path),
    [],
  );
});

architecture('returns problems in pure code, and never throws them', () => {
  const pure = files.filter(({ path }) => /^lib\/(model|formats|plan|bootloaders)\//.test(path));
  const thrown = pure.filter(({ text }) => /\bBeHookError\b/.test(text)).map(({ path }) => path);

  assert.equal(thrown, ['lib/model/accept.ts', 'lib/model/problem.ts']);
});

architecture('has no test with .only', () => {
  const left = files.filter((file) => isTest(file) && !isFixture(file) && /^\s*\w+\.only\(/m.test(file.text));

  assert.equal(
    left.map(({ path }) => path),
    [],
  );
});

architecture('runs every suite after its last test', () => {
  const lost = files.filter(isTest).flatMap(({ path, text }) =>
    [...text.matchAll(/^const (\w+) = suite\b/gm)].flatMap(([, name = '']) => {
      const lastTest = [...text.matchAll(new RegExp(`^\\s*${name}(?:\\(|\\.(?:before|after))`, 'gm'))].at(-1);
      return text.lastIndexOf(`\n${name}.run();`) > (lastTest?.index ?? -1) ? [] : [`${path}: ${name}`];
    }),
  );

  assert.equal(lost, []);
});

architecture('has small hooks with only their own code, which load the engine on demand', async () => {
  const hot = presentEntries().filter((entry) => entry.hot);
  const { metafile } = await bundle(hot);

  for (const [path, output] of Object.entries(metafile.outputs)) {
    const foreign = Object.keys(output.inputs).filter((input) => input.includes('node_modules/'));
    assert.equal(foreign, [], path);
    assert.ok(output.bytes < 10_240, `${path} has ${output.bytes} bytes`);
    const others = output.imports.map((each) => each.path).filter((name) => !name.startsWith('node:'));
    assert.equal(others, [/(kernel-install|posttrans)/.test(path) ? './engine.cjs' : './hook-jobs.cjs'], path);
  }
});

architecture('has no planner in the file that prints help; commands are in separate files', async () => {
  const { metafile } = await bundle(presentEntries().filter(({ source }) => source === 'lib/cli/main.ts'));
  const [output] = Object.values(metafile.outputs);

  const used = Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path] : [],
  );
  assert.ok(used.includes('lib/cli/commands/create.ts'));
  assert.equal(
    used.filter((path) => /^lib\/(app|apply|bootloaders|formats|plan)\//.test(path)),
    [],
  );
  assert.equal(
    output?.imports
      .map(({ path }) => path)
      .filter((path) => path.startsWith('.'))
      .toSorted(),
    ['./commands-list.cjs', './commands-menu.cjs', './commands.cjs', './commands.cjs'],
  );
});

architecture('loads neither execa nor fs-extra for a sync', async () => {
  const { metafile } = await bundle(presentEntries().filter(({ source }) => /engine|menu/.test(source)));

  assert.is(Object.keys(metafile.outputs).length, 2);
  for (const [path, { inputs }] of Object.entries(metafile.outputs)) {
    const packages = Object.keys(inputs).filter((input) => /node_modules\/(?!valibot)/.test(input));
    assert.equal(packages, [], path);
  }
});

architecture('has no output schema in a bundle, because running code needs only the types', async () => {
  const { metafile } = await bundle(presentEntries());

  const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  assert.ok(bundled.includes('lib/cli/output/json.ts'));
  assert.equal(
    bundled.filter((path) => path.startsWith('lib/cli/output/schema/')),
    [],
  );
});

architecture.run();

const instruments = suite('architecture checks');

instruments('find every kind of import', () => {
  const text = [
    "import { a } from './a.ts';",
    "import type {\n  B,\n} from './b.ts';",
    "import './c.ts';",
    "export { d } from './d.ts';",
    "const e = await import('./e.ts');",
    "const text = 'words from no module';",
  ].join('\n');

  assert.equal(specifiersIn(text), ['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts']);
});

instruments('find an import in the wrong direction', () => {
  const file = { path: 'lib/plan/sync.ts', text: '', imports: ['lib/model/menu.ts', 'lib/system/run.ts'] };

  assert.equal(wrongArrows(file), ['lib/plan/sync.ts (plan) imports lib/system/run.ts (system)']);
});

instruments('find GRUB in code, but not in comments and sentences', () => {
  const named = (text: string): boolean => namesGrub({ path: 'lib/plan/x.ts', text, imports: [] });
  const codes = ['const grubCfg = 1;', "import { a } from '../bootloaders/grub/a.ts';", "const path = 'boot/grub2';"];
  const words = ['// GRUB reads it', '/** GRUB\n reads it */', "const reason = 'GRUB reads only committed data';"];

  assert.equal(codes.map(named), [true, true, true]);
  assert.equal(words.map(named), [false, false, false]);
});

instruments('find a circular import', () => {
  const file = (path: string, ...imports: string[]): SourceFile => ({ path, text: '', imports });

  assert.equal(findCycle([file('a', 'b', 'c'), file('b'), file('c', 'd'), file('d', 'a')]), ['a', 'c', 'd', 'a']);
});

instruments.run();
