import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { tool } from './guest/tool.ts';
import { type Ran, runCleanly } from './program.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** Another version of be-hook, started as `beHook` starts the one of this checkout. */
export type Version = (...args: readonly string[]) => Promise<Ran>;

/** The additional fields that a later version of be-hook writes into every mark. */
export interface Later {
  /** The fields as text of an object literal. */
  readonly fields: string;
}

/**
 * Runs `body` with a later version of be-hook: this checkout with more fields in its marks. It supports every feature
 * that its own marks require.
 */
export function withLaterVersion<T>({ fields }: Later, body: (later: Version) => Promise<T>): Promise<T> {
  return withVersion(async (directory) => {
    await cp(join(checkout, 'lib'), join(directory, 'lib'), { recursive: true });
    const path = join(directory, 'lib/formats/mark.ts');
    const text = await readFile(path, 'utf8');
    const writing = text.replace('{ ...more, ...mark }', `{ ...more, ...mark, ...{ ${fields} } }`);
    const format = join(directory, 'lib/formats/open-format.ts');
    const strict = await readFile(format, 'utf8');
    const reading = strict.replace('!known.features.includes(feature)', 'false');
    if (writing === text || reading === strict) throw new Error('lib/formats is not as it was');
    await writeFile(path, writing);
    await writeFile(format, reading);
  }, body);
}

/** Runs `body` with the version of be-hook that a commit of this repository has. */
export function withCommit<T>(commit: string, body: (earlier: Version) => Promise<T>): Promise<T> {
  return withVersion(async (directory) => {
    await tool('sh', ['-ec', 'git -C "$1" archive "$2" lib | tar -x -C "$3"', 'sh', checkout, commit, directory]);
  }, body);
}

async function withVersion<T>(
  fill: (directory: string) => Promise<void>,
  body: (run: Version) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-version-'));
  try {
    await mkdir(join(directory, 'lib'), { recursive: true });
    await symlink(join(checkout, 'node_modules'), join(directory, 'node_modules'));
    await fill(directory);
    const outfile = join(directory, 'be-hook.cjs');
    await build({
      entryPoints: [join(directory, 'lib/cli/main.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      define: { __VERSION__: '"0.0.0"' },
      logLevel: 'warning',
    });
    return await body((...args) => runCleanly(process.execPath, [outfile, ...args]));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
