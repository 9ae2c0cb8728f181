import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands } from '../lib/cli/commands/index.ts';
import { bundle, bundledPackages, presentEntries } from './bundle.ts';
import { completionFiles } from './completions.ts';

/*
 * `npm run build`: writes dist/ anew, with the bundles, what esbuild knows of them, whose code is in them, and the completions.
 */

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));

const { files, metafile } = await bundle(presentEntries());
await rm(DIST, { recursive: true, force: true });
await mkdir(DIST, { recursive: true });
for (const { path, contents } of files) {
  await writeFile(path, contents, { mode: path.endsWith('/be-hook.cjs') ? 0o755 : 0o644 });
}
const inJson = { 'metafile.json': metafile, 'bundled.json': bundledPackages(metafile) };
for (const [name, value] of Object.entries(inJson)) {
  await writeFile(join(DIST, name), `${JSON.stringify(value, null, 2)}\n`);
}
await mkdir(join(DIST, 'completions'));
for (const [name, text] of Object.entries(completionFiles(Object.values(commands)))) {
  await writeFile(join(DIST, 'completions', name), text);
}
