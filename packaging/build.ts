import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, bundledPackages, presentEntries } from './bundle.ts';

/* `npm run build`: writes dist/ anew, with the bundles, what esbuild knows of them, and whose code is in them. */

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
