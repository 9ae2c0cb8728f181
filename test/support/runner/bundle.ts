import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Test files as JavaScript that Node.js loads without tsx, and the worker that runs them. */
export interface Bundle {
  readonly worker: string;
  /** The path of each file's JavaScript. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * A file in the bundle keeps its own import.meta. The rest of the code finds fixtures and programs by it. The packages
 * that esbuild does not bundle are found in the same way.
 */
const ownPlace: Plugin = {
  name: 'own place',
  setup(plugin) {
    plugin.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
      return { contents, loader: 'ts' };
    });
    plugin.onResolve({ filter: /^esbuild$/ }, () => ({ path: import.meta.resolve('esbuild'), external: true }));
  },
};

/** Packages in the format of CommonJS call `require` for modules of Node.js. */
const banner = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`;

/**
 * Makes JavaScript of these test files. A process that loads a file by tsx needs a second of processor time before the
 * first test, most of it for the more than 200 modules of packages; a process that loads the bundle needs a tenth.
 */
export async function bundleTests(files: readonly string[], directory: string): Promise<Bundle> {
  await build({
    entryPoints: [WORKER, ...files],
    outdir: directory,
    outbase: ROOT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: true,
    sourcesContent: false,
    banner: { js: banner },
    plugins: [ownPlace],
    logLevel: 'silent',
  });
  const bundled = (file: string): string => join(directory, relative(ROOT, file).replace(/\.ts$/, '.mjs'));
  return { worker: bundled(WORKER), files: new Map(files.map((file) => [file, bundled(file)])) };
}
