import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Metafile, OutputFile, Plugin } from 'esbuild';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENGINE = 'lib/app/engine.ts';

/** One file of dist/. A hot one is started by every trigger and must be small: it loads the engine only on demand. */
export interface Entry {
  source: string;
  target: string;
  hot: boolean;
}

/** Everything that is built, in the order in which it is listed. */
export const ENTRIES: readonly Entry[] = [
  { source: 'lib/cli/main.ts', target: 'be-hook.cjs', hot: false },
  { source: ENGINE, target: 'engine.cjs', hot: false },
  { source: 'hooks/kernel-install.ts', target: 'kernel-install.cjs', hot: true },
  { source: 'rpm-scriptlets/posttrans.ts', target: 'posttrans.cjs', hot: true },
  { source: 'hooks/package-transaction.ts', target: 'package-transaction.cjs', hot: true },
  { source: 'hooks/first-boot.ts', target: 'first-boot.cjs', hot: true },
];

/** The entries whose source is there. */
export function presentEntries(): Entry[] {
  return ENTRIES.filter(({ source }) => existsSync(join(ROOT, source)));
}

/** Leaves the engine out of a hot entry, to be required from beside it, and refuses a static import of it. */
const engineOnDemand: Plugin = {
  name: 'engine-on-demand',
  setup(plugin) {
    plugin.onResolve({ filter: /\/app\/engine\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import'
        ? { path: './engine.cjs', external: true }
        : {
            errors: [{ text: 'a hot entry loads the engine with import(), never with an import statement' }],
          },
    );
  },
};

function optionsFor({ source, target, hot }: Entry): BuildOptions & { metafile: true; write: false } {
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
    plugins: hot ? [engineOnDemand] : [],
    logLevel: 'warning',
    metafile: true,
    write: false,
  };
}

/** Built files in memory, and what esbuild knows about them. */
export interface Bundles {
  files: OutputFile[];
  metafile: Metafile;
}

/** Bundles the entries to CommonJS, not minified: start-up is the same and an auditor can read what root runs. */
export async function bundle(entries: readonly Entry[]): Promise<Bundles> {
  const results = await Promise.all(entries.map((entry) => build(optionsFor(entry))));
  const metafile: Metafile = { inputs: {}, outputs: {} };
  for (const result of results) {
    Object.assign(metafile.inputs, result.metafile.inputs);
    Object.assign(metafile.outputs, result.metafile.outputs);
  }
  return { files: results.flatMap(({ outputFiles }) => outputFiles), metafile };
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

/** The packages of which at least one byte ended up in a bundle, sorted by name. */
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
