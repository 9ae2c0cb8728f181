import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands } from '../lib/cli/commands/index.ts';
import { bundle, bundledPackages, presentEntries } from './bundle.ts';
import { completionFiles } from './completions.ts';
import { schemaFiles } from './schemas.ts';

/*
 * `npm run build`: replaces dist/. It has the bundles, the metadata of esbuild, the list of bundled packages, the
 * completions and the JSON Schemas.
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
const folders = { completions: completionFiles(Object.values(commands)), schemas: schemaFiles() };
for (const [folder, texts] of Object.entries(folders)) {
  await mkdir(join(DIST, folder));
  for (const [name, text] of Object.entries(texts)) await writeFile(join(DIST, folder, name), text);
}
