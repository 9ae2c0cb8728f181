import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/*
 * Writes check.cjs into a directory: the unit tests of the pure folders, with uvu, in one file that needs only Node.js. %check runs it in a
 * package build, which has neither npm packages nor a network, and does not run as root.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The pure folders. Tests of other folders read files of the project or start programs. */
const FOLDERS = ['model', 'formats', 'plan', 'bootloaders'];

const [, , directory = '.'] = argv;
const tests = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, 'test/unit', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `./test/unit/${folder}/${name}`),
).sort();
await build({
  absWorkingDir: ROOT,
  stdin: { contents: tests.map((path) => `import '${path}';\n`).join(''), resolveDir: ROOT },
  outfile: join(directory, 'check.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  legalComments: 'none',
  logLevel: 'warning',
});
