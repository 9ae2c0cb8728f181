import tseslint from 'typescript-eslint';

const PURE = ['lib/model/**/*.ts', 'lib/formats/**/*.ts', 'lib/plan/**/*.ts', 'lib/bootloaders/**/*.ts'];
const RUN_DIRECTLY = [{ name: 'execa', message: 'Only lib/system/run.ts starts processes.' }];
const READ_ARGUMENTS = [{ name: 'minimist', message: 'Only lib/cli/args.ts reads the command line.' }];
const TOUCH_FILES = [
  { name: 'fs-extra', message: 'Only lib/system/files.ts uses fs-extra.' },
  { name: 'fs-extra/esm', message: 'Only lib/system/files.ts uses fs-extra.' },
];
const MACHINE = [{ group: ['node:*'], message: 'Only lib/system/ touches the machine.' }];

/** The ban on direct imports of what has exactly one importing file, less what this set of files may import. */
function imports(files, ...allowed) {
  const paths = [RUN_DIRECTLY, READ_ARGUMENTS, TOUCH_FILES].filter((ban) => !allowed.includes(ban)).flat();
  const patterns = allowed.includes(MACHINE) ? [] : MACHINE;
  return { files, rules: { 'no-restricted-imports': ['error', { paths, patterns }] } };
}

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'node_modules/', 'eslint.config.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true },
      ],
      // `() => list.push(x)` reads well as a callback.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // A number prints as one would expect.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // These two took half of the time, and the project has no enums and hardly any classes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // noPropertyAccessFromIndexSignature wants the brackets that this rule would remove.
      '@typescript-eslint/dot-notation': 'off',
    },
  },
  imports(['lib/**/*.ts']),
  imports(['lib/system/**/*.ts', 'lib/cli/main.ts', 'hooks/**/*.ts', 'rpm-scriptlets/**/*.ts'], MACHINE),
  imports(['lib/system/run.ts'], MACHINE, RUN_DIRECTLY),
  imports(['lib/system/files.ts'], MACHINE, TOUCH_FILES),
  imports(['lib/cli/args.ts'], READ_ARGUMENTS),
  {
    // One verb after the other, each a line or two: a table in the form of a switch.
    files: ['test/support/sequences/**/*.ts'],
    rules: {
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: PURE,
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time comes in as an argument.' },
        { object: 'Math', property: 'random', message: 'Chance comes in as an argument.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Time comes in as an argument.',
        },
      ],
    },
  },
  { files: ['lib/cli/**/*.ts', 'lib/system/log.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: {
      // uvu's assertion types take and give `any`.
      '@typescript-eslint/no-unsafe-argument': 'off',
      // A fake may implement an asynchronous port without waiting for anything.
      '@typescript-eslint/require-await': 'off',
      // Helpers hand out objects of closures, made to be taken apart.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['test/**/*.test.ts'], rules: { 'max-lines-per-function': 'off' } },
  {
    // These misbehave on purpose: they are what the runner has to notice.
    files: ['test/fixtures/**/*.ts'],
    rules: { '@typescript-eslint/only-throw-error': 'off' },
  },
);
