import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Metafile, OutputFile, Plugin } from 'esbuild';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * One file of dist/. The programs that a command line or a trigger starts load the other files with import() when they
 * need them. Each trigger starts a hot file, which must be small.
 */
export interface Entry {
  source: string;
  target: string;
  hot: boolean;
}

/** A package that be-hook loads when it first changes something. */
const library = (name: string, main: string): Entry => {
  return { source: `node_modules/${name}/${main}`, target: `${name}.cjs`, hot: false };
};

/** The files of dist/, in the order of the list that the build prints. */
export const ENTRIES: readonly Entry[] = [
  { source: 'lib/cli/main.ts', target: 'be-hook.cjs', hot: false },
  { source: 'lib/cli/run/menu.ts', target: 'commands-menu.cjs', hot: false },
  { source: 'lib/cli/run/list.ts', target: 'commands-list.cjs', hot: false },
  { source: 'lib/cli/run/all.ts', target: 'commands.cjs', hot: false },
  { source: 'lib/app/engine.ts', target: 'engine.cjs', hot: false },
  { source: 'lib/app/hook-jobs.ts', target: 'hook-jobs.cjs', hot: false },
  { source: 'hooks/kernel-install.ts', target: 'kernel-install.cjs', hot: true },
  { source: 'rpm-scriptlets/posttrans.ts', target: 'posttrans.cjs', hot: true },
  { source: 'hooks/package-transaction.ts', target: 'package-transaction.cjs', hot: true },
  { source: 'hooks/first-boot.ts', target: 'first-boot.cjs', hot: true },
  { source: 'lib/system/code-cache.ts', target: 'code-cache.cjs', hot: false },
  library('execa', 'index.js'),
  library('fs-extra', 'lib/index.js'),
];

/** The entries whose source exists. */
export function presentEntries(): Entry[] {
  return ENTRIES.filter(({ source }) => existsSync(join(ROOT, source)));
}

/** Keeps an entry out of the other bundles, which load it at run time. Refuses a static import of an entry. */
const entriesOnDemand: Plugin = {
  name: 'entries-on-demand',
  setup(plugin) {
    plugin.onResolve({ filter: /^execa$|^fs-extra$|\.ts$/ }, ({ path, kind, resolveDir }) => {
      const source = path.startsWith('.') ? relative(ROOT, join(resolveDir, path)) : path;
      const target = ENTRIES.find((each) => each.source === source || each.target === `${source}.cjs`)?.target;
      if (target === undefined || kind === 'entry-point') return undefined;
      if (kind === 'dynamic-import') return { path: `./${target}`, external: true };
      return { errors: [{ text: `load ${source} with import(), never with an import statement` }] };
    });
  },
};

function optionsFor({ source, target }: Entry): BuildOptions & { metafile: true; write: false } {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return {
    absWorkingDir: ROOT,
    entryPoints: [source],
    outfile: join('dist', target),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // import() would start the ESM loader, which takes longer than the whole hot entry.
    supported: { 'dynamic-import': false },
    define: { __VERSION__: JSON.stringify(version) },
    banner: target === 'be-hook.cjs' ? { js: '#!/usr/bin/env node' } : {},
    legalComments: 'eof',
    plugins: [entriesOnDemand],
    logLevel: 'warning',
    metafile: true,
    write: false,
  };
}

/** Built files in memory, and esbuild's metadata of them. */
export interface Bundles {
  files: OutputFile[];
  metafile: Metafile;
}

/** Makes a bundle load the others by their stored code (lib/system/code-cache.ts). `packaging/rebuild` does the same. */
function loadStored(file: OutputFile): OutputFile {
  const stored = 'require("./code-cache.cjs").loadCompiled(require, require.resolve("./$1.cjs"))';
  const text = file.text.replace(/\brequire\("\.\/([a-z-]+)\.cjs"\)/g, stored);
  return { ...file, text, contents: new TextEncoder().encode(text) };
}

/** Bundles the entries to CommonJS, not minified: start-up is the same and an auditor can read what root runs. */
export async function bundle(entries: readonly Entry[]): Promise<Bundles> {
  const results = await Promise.all(entries.map((entry) => build(optionsFor(entry))));
  const metafile: Metafile = { inputs: {}, outputs: {} };
  for (const result of results) {
    Object.assign(metafile.inputs, result.metafile.inputs);
    Object.assign(metafile.outputs, result.metafile.outputs);
  }
  return { files: results.flatMap(({ outputFiles }) => outputFiles.map(loadStored)), metafile };
}

/** A package whose code is in a bundle, as the spec's `Provides: bundled(npm(NAME))` needs it. */
export interface BundledPackage {
  name: string;
  version: string;
  license: string;
}

/** The folder of the package that a bundled file is from, or undefined for a file of be-hook. */
function packageFolder(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

/** The packages with at least one byte in a bundle, sorted by name. */
export function bundledPackages(metafile: Metafile): BundledPackage[] {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = new Set(used.flatMap((path) => packageFolder(path) ?? []));
  const packages = [...folders].map((folder) => {
    const text = readFileSync(join(ROOT, folder, 'package.json'), 'utf8');
    const { name, version, license } = JSON.parse(text) as BundledPackage;
    return { name, version, license };
  });
  return packages.sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}
